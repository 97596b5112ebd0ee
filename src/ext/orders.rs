//! The helpers for orders and their events: recording one exactly once, and looking one up by the partner's own id.

use super::evidence::{Evidence, Findable, Question, ask};
use super::find::{FindError, not_empty};
use super::ids::same_resource;
use super::once::{Entry, Once, OnceError, once};
use crate::call::Response;
use crate::client::Client;
use crate::error::{Error, Problems};
use crate::operation::{CREATE_ORDER, LIST_ORDER_EVENTS, LIST_ORDERS, Operation, POST_ORDER_EVENT};
use crate::types::{Order, OrderEvent, OrderEventId, OrderId, PartnerEventId, PartnerOrderId, builder};

/// # Helpers for orders and their events
impl Client {
    /// The order that the partner knows by this id, or `None` when there is none.
    ///
    /// Sends `listOrders` with the filter `partner_order_id`, and compares what comes back with what was asked for,
    /// exactly and letter case included. `None` is said only by an answer that proves it: a list that is there, is
    /// empty and does not contradict itself by `has_more` or `total`.
    ///
    /// ```no_run
    /// # use imprint_client::types::OrderBase;
    /// # async fn example(client: imprint_client::Client, order: OrderBase) -> Result<(), Box<dyn std::error::Error>> {
    /// // After a restart, when it is not certain whether the order was sent before:
    /// if client.find_order(&order.partner_order_id).await?.is_none() {
    ///     client.create_order_once(order).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`FindError::Call`]: the call failed, or its answer cannot be read or has no list. An empty id is an
    ///   [`Error::InvalidRequest`], and nothing is sent.
    /// - [`FindError::Several`]: several orders have this id; it holds them.
    /// - [`FindError::Unreliable`]: the answer holds an order without this id, or it contradicts itself.
    pub async fn find_order(
        &self,
        partner_order_id: impl Into<PartnerOrderId>,
    ) -> Result<Option<Order>, FindError<Order>> {
        let wanted = partner_order_id.into();
        not_empty(&LIST_ORDERS, "partner_order_id", wanted.as_str())?;
        orders_of(self, wanted.as_str()).await.into_result()
    }

    /// The event of an order that the partner knows by this id, or `None` when there is none.
    ///
    /// Sends `listOrderEvents` with the filter `partner_event_id` and a `limit` of 2, and compares what comes back with
    /// what was asked for, exactly and letter case included. When the answer holds one event and still says that there
    /// are more, it asks for those as well. `None` is said as by [`find_order`](Client::find_order).
    ///
    /// # Errors
    ///
    /// - [`FindError::Call`]: the call failed, or its answer cannot be read or has no list. An empty id is an
    ///   [`Error::InvalidRequest`], and nothing is sent.
    /// - [`FindError::Several`]: several events have this id; it holds those of the pages that were read.
    /// - [`FindError::Unreliable`]: the answer holds an event without this id, or it contradicts itself.
    pub async fn find_order_event(
        &self,
        partner_event_id: impl Into<PartnerEventId>,
    ) -> Result<Option<OrderEvent>, FindError<OrderEvent>> {
        let wanted = partner_event_id.into();
        not_empty(&LIST_ORDER_EVENTS, "partner_event_id", wanted.as_str())?;
        events_of(self, wanted.as_str()).await.into_result()
    }

    /// Records an order so that it is neither lost nor doubled when an answer is.
    ///
    /// Sends `createOrder`. When that fails in a way that leaves open whether the order was recorded (no answer, a
    /// status of 5xx, an answer that cannot be read), it looks for the order by [`find_order`](Client::find_order):
    /// after half a second, and then with growing pauses. It looks for a third of the time that the call has left, but
    /// for 2.5 seconds at least; after a timeout or a 504 for half of that time, but for 10 seconds at least; and never
    /// for more than two minutes. Without enough time for the minimum it is not sent again. A longer timeout makes it
    /// look longer before it sends again, a shorter one less long: see [`with_timeout`](Client::with_timeout). With the
    /// default of 100 seconds a call whose first answer is lost takes half a minute or more if the order is not on the
    /// list.
    ///
    /// Found, the order is the result. It is sent again, three times in all at most, only if the last look proves that
    /// it is not there: a list that is there, is empty and does not contradict itself. A look that fails proves
    /// nothing, and once anything has shown that the order may be there, it is not sent again. A 409 makes it look as
    /// well. An order that was sent more than once is a success only if a list then shows it a single time.
    ///
    /// The answer, or what was found, counts as this order if its `partner_order_id`, its `total_order_amount` and its
    /// `payment_method_id`, letter case aside, are the same.
    ///
    /// Calls for the same `partner_order_id` and product, on clients that come from one builder (clones and variants),
    /// wait for each other. The second has the order of the first as its result; if the first was refused it sends its
    /// own, and if the first ended in doubt it looks before it sends. The time that it waits counts towards its
    /// timeout.
    ///
    /// # What it cannot do
    ///
    /// Imprint documents no idempotency keys and no rule that keeps `partner_order_id` unique. So no client can keep an
    /// order from being recorded twice in this schedule: the answer to the first send is lost, the order is recorded,
    /// but no list shows it until the last look; so it is sent again, and recorded again. Two processes that send the
    /// same order at the same time record it twice, too. It does not look before the first send: after a restart, when
    /// it is not certain whether the order was sent before, ask [`find_order`](Client::find_order) first. And do not
    /// drop the future of this helper while it runs: what became of the order is known to nobody then.
    ///
    /// # Example
    ///
    /// ```no_run
    /// use imprint_client::types::OrderBase;
    ///
    /// # async fn example(client: imprint_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let order = OrderBase::builder()
    ///     .partner_order_id("o-c8a1fe46bbff4a18ba1d")
    ///     .payment_method_id("0144ea84-3c39-4382-a37a-03c699b77646")
    ///     .total_order_amount(274_999)
    ///     .build()?;
    /// order.check_totals()?;
    /// let recorded = client.create_order_once(order).await?;
    /// println!("{:?}, found afterwards: {}", recorded.id, recorded.was_found());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`OnceError::Refused`]: the order was not recorded. What is missing in it, or an empty `partner_order_id`, is
    ///   an [`Error::InvalidRequest`], and nothing is sent.
    /// - [`OnceError::Different`]: an order of another amount or payment method is recorded under the same
    ///   `partner_order_id`, or the API answered with another order.
    /// - [`OnceError::Unknown`]: it could not be found out whether the order was recorded; or it is recorded more than
    ///   once, see [`Lookup::Failed`](crate::helpers::Lookup::Failed).
    /// - [`OnceError::Unverified`]: it is recorded, and could not be counted after it was sent more than once.
    pub async fn create_order_once(
        &self,
        order: impl Into<builder::OrderBaseBuilder>,
    ) -> Result<Once<Order>, OnceError<Order>> {
        once(self, identified(order.into().build())?).await
    }

    /// Records an event of an order so that it is neither lost nor doubled when an answer is.
    ///
    /// It does with `postOrderEvent`, `partner_event_id` and [`find_order_event`](Client::find_order_event) what
    /// [`create_order_once`](Client::create_order_once) does with an order, and has the same limits. So
    /// `partner_event_id` is required here. An event that was answered or found counts as this one if its `amount`, its
    /// `type`, its `order_id`, letter case aside, and its `partner_event_id`, where the answer has one, are the same.
    ///
    /// # Errors
    ///
    /// - [`OnceError::Refused`]: the event was not recorded. What is missing in it, `partner_event_id` included, is an
    ///   [`Error::InvalidRequest`], and nothing is sent.
    /// - [`OnceError::Different`]: an event of another amount, type or order is recorded under the same
    ///   `partner_event_id`, or the API answered with another event.
    /// - [`OnceError::Unknown`]: it could not be found out whether the event was recorded; or it is recorded more than
    ///   once.
    /// - [`OnceError::Unverified`]: it is recorded, and could not be counted after it was sent more than once.
    pub async fn post_order_event_once(
        &self,
        event: impl Into<builder::OrderEventBaseBuilder>,
    ) -> Result<Once<OrderEvent>, OnceError<OrderEvent>> {
        once(self, identified(event.into().build())?).await
    }
}

async fn orders_of(client: &Client, wanted: &str) -> Evidence<Order> {
    let operation = &LIST_ORDERS;
    let question = Question { operation, filter: "partner_order_id", wanted, pages: false, moves_money: true };
    ask(client, &question).await
}

async fn events_of(client: &Client, wanted: &str) -> Evidence<OrderEvent> {
    let operation = &LIST_ORDER_EVENTS;
    let question = Question { operation, filter: "partner_event_id", wanted, pages: true, moves_money: true };
    ask(client, &question).await
}

impl Findable for Order {
    fn id(&self) -> Option<&str> {
        self.id.as_ref().map(OrderId::as_str)
    }

    fn partner_id(&self) -> Option<&str> {
        Some(self.partner_order_id.as_str())
    }
}

impl Entry for Order {
    const OPERATION: &'static Operation = &CREATE_ORDER;
    const PARTNER_ID: &'static str = "partner_order_id";

    async fn send(&self, client: &Client) -> Result<Response<Self>, Error> {
        client.create_order().body(self.clone()).send().await
    }

    async fn find(&self, client: &Client) -> Evidence<Self> {
        orders_of(client, self.partner_order_id.as_str()).await
    }

    fn agrees_with(&self, other: &Self) -> bool {
        self.total_order_amount == other.total_order_amount
            && same_resource(self.payment_method_id.as_str(), other.payment_method_id.as_str())
    }
}

impl Findable for OrderEvent {
    fn id(&self) -> Option<&str> {
        self.order_event_id.as_ref().map(OrderEventId::as_str)
    }

    fn partner_id(&self) -> Option<&str> {
        self.partner_event_id.as_ref().map(PartnerEventId::as_str)
    }
}

impl Entry for OrderEvent {
    const OPERATION: &'static Operation = &POST_ORDER_EVENT;
    const PARTNER_ID: &'static str = "partner_event_id";

    async fn send(&self, client: &Client) -> Result<Response<Self>, Error> {
        client.post_order_event().body(self.clone()).send().await
    }

    async fn find(&self, client: &Client) -> Evidence<Self> {
        events_of(client, self.partner_id().unwrap_or_default()).await
    }

    fn agrees_with(&self, other: &Self) -> bool {
        (self.amount, &self.type_) == (other.amount, &other.type_)
            && same_resource(self.order_id.as_str(), other.order_id.as_str())
    }
}

/// What a builder made, if it has the id by which it is looked up.
fn identified<T: Entry>(built: Result<T, Error>) -> Result<T, OnceError<T>> {
    let mut problems = Problems::default();
    match built {
        Ok(entry) if entry.partner_id().is_some_and(|id| !id.trim().is_empty()) => return Ok(entry),
        Ok(_) => problems.invalid(T::PARTNER_ID, "is missing or empty, and it is looked up by it"),
        Err(Error::InvalidRequest(error)) => problems.merge(error.into_problems()),
        Err(error) => return Err(OnceError::Refused(error)),
    }
    Err(OnceError::Refused(Error::invalid_request(T::OPERATION, problems)))
}
