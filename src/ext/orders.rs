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
use crate::value::IntoValue;

/// # Helpers for orders and their events
impl Client {
    /// Finds the order with this id of the partner; returns `None` if there is no such order.
    ///
    /// Sends `listOrders` with the filter `partner_order_id`. The id of each returned order is compared with the
    /// requested id exactly, including letter case. The helper returns `None` only if the answer proves it: the answer
    /// has a list, the list is empty, and the answer does not contradict itself by `has_more` or `total`.
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
        partner_order_id: impl IntoValue<PartnerOrderId>,
    ) -> Result<Option<Order>, FindError<Order>> {
        let wanted = partner_order_id.into_value();
        not_empty(&LIST_ORDERS, "partner_order_id", wanted.as_str())?;
        orders_of(self, wanted.as_str()).await.into_result()
    }

    /// Finds the event of an order with this id of the partner; returns `None` if there is no such event.
    ///
    /// Sends `listOrderEvents` with the filter `partner_event_id` and a `limit` of 2. The id of each returned event is
    /// compared with the requested id exactly, including letter case. When the answer holds one event and its
    /// `has_more` is `true`, the helper requests the next page as well. It returns `None` under the same conditions as
    /// [`find_order`](Client::find_order).
    ///
    /// # Errors
    ///
    /// - [`FindError::Call`]: the call failed, or its answer cannot be read or has no list. An empty id is an
    ///   [`Error::InvalidRequest`], and nothing is sent.
    /// - [`FindError::Several`]: several events have this id; it holds those of the pages that were read.
    /// - [`FindError::Unreliable`]: the answer holds an event without this id, or it contradicts itself.
    pub async fn find_order_event(
        &self,
        partner_event_id: impl IntoValue<PartnerEventId>,
    ) -> Result<Option<OrderEvent>, FindError<OrderEvent>> {
        let wanted = partner_event_id.into_value();
        not_empty(&LIST_ORDER_EVENTS, "partner_event_id", wanted.as_str())?;
        events_of(self, wanted.as_str()).await.into_result()
    }

    /// Records an order so that a lost answer leads neither to a lost order nor to a second recording.
    ///
    /// Sends `createOrder`. When a failure leaves open whether the order was recorded (no answer, a status of 5xx, an
    /// answer that cannot be read), the helper looks the order up as [`find_order`](Client::find_order) does: first
    /// after half a second, then with growing pauses. The lookups take a third of the time that the call has left, but
    /// at least 2.5 seconds; after a timeout or a 504 they take half of that time, but at least 10 seconds; and they
    /// never take more than two minutes. If there is not enough time for the minimum, the order is not sent again. With
    /// a longer timeout the helper looks the order up for longer before it sends the order again, with a shorter one
    /// for less long: see [`with_timeout`](Client::with_timeout). With the default of 100 seconds, a call whose first
    /// answer is lost takes half a minute or more if the order is not on the list.
    ///
    /// If a lookup finds the order, the order is the result. The order is sent at most three times in total. It is sent
    /// again only if the last lookup proves that it does not exist: the answer has a list, the list is empty, and the
    /// answer does not contradict itself. A failed lookup proves nothing, and once an answer has shown that the order
    /// may exist, it is not sent again. After a 409 the helper looks the order up as well. If an order was sent more
    /// than once, the call succeeds only if a list then shows the order exactly once.
    ///
    /// An order that the API answered with, or that a lookup found, counts as this order if its `partner_order_id`, its
    /// `total_order_amount` and its `payment_method_id` (ignoring letter case) are the same.
    ///
    /// Calls for the same `partner_order_id` and product, on clients that come from one builder (clones and variants),
    /// wait for each other. The second call returns the order of the first as its result. If the first call was
    /// refused, the second sends its own order. If the first call could not find out whether the order was recorded,
    /// the second looks it up before it sends. The time that the second call waits counts towards its timeout.
    ///
    /// # What it cannot do
    ///
    /// Imprint documents no idempotency keys and no rule that keeps `partner_order_id` unique. So no client can prevent
    /// an order from being recorded twice in this sequence: the answer to the first send is lost, the order is
    /// recorded, but no list shows it up to and including the last lookup; so it is sent again, and recorded again. Two
    /// processes that send the same order at the same time record it twice, too. The helper makes no lookup before the
    /// first send: after a restart, if it is not certain whether the order was sent before, call
    /// [`find_order`](Client::find_order) first. Do not drop the future of this helper while it runs: nobody would know
    /// then whether the order was recorded. A web framework drops the future of a handler when its caller hangs up, so
    /// in a handler run this helper in a task of its own: `tokio::spawn(async move { … }).await`.
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
    /// - [`OnceError::Refused`]: the order was not recorded. A missing field, or an empty `partner_order_id`, is an
    ///   [`Error::InvalidRequest`], and nothing is sent.
    /// - [`OnceError::Different`]: an order with another amount or payment method is recorded under the same
    ///   `partner_order_id`, or the API answered with another order.
    /// - [`OnceError::Unknown`]: the helper could not find out whether the order was recorded; or the order is recorded
    ///   more than once, see [`Lookup::Failed`](crate::helpers::Lookup::Failed).
    /// - [`OnceError::Unverified`]: it is recorded, and could not be counted after it was sent more than once.
    pub async fn create_order_once(
        &self,
        order: impl IntoValue<builder::OrderBaseBuilder>,
    ) -> Result<Once<Order>, OnceError<Order>> {
        once(self, identified(order.into_value().build())?).await
    }

    /// Records an event of an order so that a lost answer leads neither to a lost event nor to a second recording.
    ///
    /// This helper works like [`create_order_once`](Client::create_order_once), with `postOrderEvent`,
    /// `partner_event_id` and [`find_order_event`](Client::find_order_event), and has the same limits. So
    /// `partner_event_id` is required here. An event that the API answered with, or that a lookup found, counts as this
    /// event if its `amount`, its `type`, its `order_id` (ignoring letter case) and its `partner_event_id`, if the
    /// answer has one, are the same.
    ///
    /// # Errors
    ///
    /// - [`OnceError::Refused`]: the event was not recorded. A missing field, including `partner_event_id`, is an
    ///   [`Error::InvalidRequest`], and nothing is sent.
    /// - [`OnceError::Different`]: an event with another amount, type or order is recorded under the same
    ///   `partner_event_id`, or the API answered with another event.
    /// - [`OnceError::Unknown`]: the helper could not find out whether the event was recorded; or the event is recorded
    ///   more than once.
    /// - [`OnceError::Unverified`]: it is recorded, and could not be counted after it was sent more than once.
    pub async fn post_order_event_once(
        &self,
        event: impl IntoValue<builder::OrderEventBaseBuilder>,
    ) -> Result<Once<OrderEvent>, OnceError<OrderEvent>> {
        once(self, identified(event.into_value().build())?).await
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

/// Returns the built entry if it has the id by which it can be looked up, else the error.
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
