//! Orders and their events, recorded once.

use super::Client;
use super::evidence::{Evidence, Findable, Question, ask};
use super::find::{FindError, not_empty};
use super::ids::same_resource;
use super::once::{Entry, Once, OnceError, once};
use crate::Response;
use crate::error::{Error, Problems};
use crate::operation::{CREATE_ORDER, LIST_ORDER_EVENTS, LIST_ORDERS, Operation, POST_ORDER_EVENT};
use crate::types::{Order, OrderEvent, OrderEventId, OrderId, PartnerEventId, PartnerOrderId, builder};

impl Client {
    /// The order that the partner knows by this id, or `None` when there is none.
    ///
    /// Sends `listOrders` with the filter `partner_order_id`, and compares what comes back with what was asked for,
    /// exactly and letter case included.
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
    /// - [`FindError::Call`]: the call failed. An empty id is an [`Error::InvalidRequest`], and nothing is sent.
    /// - [`FindError::Several`]: several orders have this id; it holds them.
    /// - [`FindError::Unreliable`]: the answer holds an order without this id.
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
    /// are more, it asks for those as well.
    ///
    /// # Errors
    ///
    /// - [`FindError::Call`]: the call failed. An empty id is an [`Error::InvalidRequest`], and nothing is sent.
    /// - [`FindError::Several`]: several events have this id; it holds those of the first page.
    /// - [`FindError::Unreliable`]: the answer holds an event without this id.
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
    /// status of 5xx, an answer that cannot be read), it looks for the order by [`find_order`](Client::find_order)
    /// after half a second and, if it is not there, again after two more. Found, it is the result. Not found, the order
    /// is sent again, three times in all at most. When the look itself fails, nothing is sent again: that is
    /// [`OnceError::Unknown`]. A 409 makes it look as well.
    ///
    /// An order that was found counts as this one if its `total_order_amount` and its `payment_method_id`, letter case
    /// aside, are the same.
    ///
    /// What it cannot do: Imprint documents no idempotency keys and no rule that keeps `partner_order_id` unique, so two
    /// calls at the same time, or a request that Imprint carries out long after it left it without an answer, may still
    /// record an order twice. It does not look before the first send. After a restart, when it is not certain whether
    /// the order was sent before, ask [`find_order`](Client::find_order) first; and do not drop the future of this
    /// helper while it runs.
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
    /// - [`OnceError::Different`]: an order of another amount or payment method is recorded under the same `partner_order_id`.
    /// - [`OnceError::Unknown`]: it could not be found out whether the order was recorded.
    pub async fn create_order_once(
        &self,
        order: impl Into<builder::OrderBase>,
    ) -> Result<Once<Order>, OnceError<Order>> {
        once(self, identified(order.into().build())?).await
    }

    /// Records an event of an order so that it is neither lost nor doubled when an answer is.
    ///
    /// It does with `postOrderEvent`, `partner_event_id` and [`find_order_event`](Client::find_order_event) what
    /// [`create_order_once`](Client::create_order_once) does with an order, and has the same limits. So
    /// `partner_event_id` is required here. An event that was found counts as this one if its `amount`, its `type` and
    /// its `order_id`, letter case aside, are the same.
    ///
    /// # Errors
    ///
    /// - [`OnceError::Refused`]: the event was not recorded. What is missing in it, `partner_event_id` included, is an
    ///   [`Error::InvalidRequest`], and nothing is sent.
    /// - [`OnceError::Different`]: an event of another amount, type or order is recorded under the same `partner_event_id`.
    /// - [`OnceError::Unknown`]: it could not be found out whether the event was recorded.
    pub async fn post_order_event_once(
        &self,
        event: impl Into<builder::OrderEventBase>,
    ) -> Result<Once<OrderEvent>, OnceError<OrderEvent>> {
        once(self, identified(event.into().build())?).await
    }
}

async fn orders_of(client: &Client, wanted: &str) -> Evidence<Order> {
    let operation = &LIST_ORDERS;
    let question = Question { operation, filter: "partner_order_id", wanted, pages: false, trusts_total: true };
    ask(client, &question).await
}

async fn events_of(client: &Client, wanted: &str) -> Evidence<OrderEvent> {
    let operation = &LIST_ORDER_EVENTS;
    let question = Question { operation, filter: "partner_event_id", wanted, pages: true, trusts_total: true };
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
