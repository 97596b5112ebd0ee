//! What goes wrong with webhooks in the real world, made to happen in a test.

use std::time::Duration;

use crate::model::chaos::{CHAOS, Chaos as Row, Order};
use crate::operations::emit;
use crate::world::Tx;

use super::Sandbox;

/// Makes the webhooks of an account come as nobody wants them, and as they come some day: twice, late, in another order,
/// or not at all. Each method counts for the events that happen after it, until [`clear`](Self::clear).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = imprint_sandbox::Sandbox::start().await?;
/// sandbox.webhook("http://127.0.0.1:9/imprint")?;
/// sandbox.chaos().duplicate(2).shuffle();
/// sandbox.customer("PARTNER_USER_456").approved().await?;
/// assert_eq!(sandbox.deliveries().len(), 4, "two events, each of them twice");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Chaos {
    sandbox: Sandbox,
}

impl Sandbox {
    /// Makes things go wrong with the webhooks of the account.
    pub fn chaos(&self) -> Chaos {
        Chaos { sandbox: self.clone() }
    }
}

impl Chaos {
    /// Sends each event this many times, each time with a signature of its own.
    pub fn duplicate(self, times: u32) -> Self {
        self.change(|chaos| chaos.copies = times)
    }

    /// Sends the deliveries of each endpoint in groups of this many, each group backwards. A group that is not full is
    /// held back: by [`Sandbox::settled`], [`Sandbox::advance`] and [`clear`](Self::clear) it is let go, and a second after
    /// its first event by the clock of the account.
    pub fn reverse(self, group: usize) -> Self {
        self.change(|chaos| chaos.order = Order::Reversed(group))
    }

    /// Sends the deliveries of each endpoint in a mixed order, which follows from the seed. They are held back until they
    /// are let go, as for [`reverse`](Self::reverse).
    pub fn shuffle(self) -> Self {
        self.change(|chaos| chaos.order = Order::Shuffled)
    }

    /// Lets each delivery wait for this long, by the clock of the account, before it is sent for the first time.
    pub fn delay(self, delay: Duration) -> Self {
        self.change(|chaos| chaos.delay = delay)
    }

    /// Does not send the next deliveries, this many. They are shown as dropped, and are no failure for
    /// [`Sandbox::settled`] and [`Sandbox::verify`]; [`Sandbox::replay`] sends them.
    pub fn drop_next(self, deliveries: u32) -> Self {
        self.change(|chaos| chaos.drop_next = deliveries)
    }

    /// Puts null into every field of `data` that the document lets be null, and into every one that the event would leave
    /// out. The document requires nothing of an event, so a receiver has to take both.
    pub fn nulls(self) -> Self {
        self.change(|chaos| chaos.nulls = true)
    }

    /// Sends an event of a kind that the document does not have, at once, to all endpoints that take all kinds. Imprint
    /// adds kinds; a receiver should acknowledge one that it does not know.
    pub fn unknown_object(self) -> Self {
        self.with(emit::unknown)
    }

    /// Ends all of it, and lets go of what was held back.
    pub fn clear(self) -> Self {
        // Both in one transaction: an event in between would be held back, and nothing would let it go.
        self.with(|tx| {
            tx.state.release_all();
            tx.state.chaos.remove(CHAOS);
        })
    }

    fn change(self, change: impl FnOnce(&mut Row)) -> Self {
        self.with(|tx| {
            let mut chaos = tx.state.chaos.get(CHAOS).map(|chaos| Row::clone(chaos)).unwrap_or_default();
            change(&mut chaos);
            tx.state.chaos.put(chaos);
        })
    }

    fn with(self, run: impl FnOnce(&mut Tx<'_>)) -> Self {
        // It is about all products, so that there is none that might be missing.
        let done = self.sandbox.control(None, |tx| {
            run(tx);
            Ok(())
        });
        debug_assert!(done.is_ok(), "requests without a merchant key have a product");
        self
    }
}
