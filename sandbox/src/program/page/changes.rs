//! The stream that tells which sections of the page have changed: server-sent events, each with the versions of sections
//! as JSON. The first has all of them, so that a page that lost the stream for a while knows what it has missed.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, sleep, sleep_until};

use crate::program::failure::Failure;
use crate::program::served::Served;

use super::sections::{Section, render};
use super::view::{Asked, View};

/// How long at least there is between two events, so that a burst of requests is a few.
const PAUSE: Duration = Duration::from_millis(250);

/// How often it is looked without having been told: of faults and of bugs in other accounts nobody tells.
const LOOK: Duration = Duration::from_secs(1);

/// How often something is sent while nothing changes, so that proxies keep the connection and a browser that went away is
/// noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

type Versions = BTreeMap<&'static str, String>;

/// A page that follows the changes.
struct Follower {
    served: Arc<Served>,
    asked: Asked,
    account: watch::Receiver<()>,
    log: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    told: Versions,
    last: Instant,
    _permit: OwnedSemaphorePermit,
}

/// # Errors
///
/// If no account has the name, or there are too many streams.
pub async fn stream(State(served): State<Arc<Served>>, asked: Asked) -> Result<impl IntoResponse, Failure> {
    let (account, log) = View::of(&served, &asked)?.sandbox.watch();
    let permit = served.stream()?;
    let stopping = served.sandbox.listening().stopping();
    let (told, last) = (Versions::new(), Instant::now());
    let follower = Follower { served, asked, account, log, stopping, told, last, _permit: permit };
    Ok(Sse::new(stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    })))
}

impl Follower {
    /// The next event; None if the sandbox stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if !self.told.is_empty() {
                let pause = sleep_until(self.last + PAUSE);
                tokio::select! {
                    () = pause => {}
                    _ = self.stopping.wait_for(|is_stopping| *is_stopping) => return None,
                }
            }
            self.account.mark_unchanged();
            self.log.mark_unchanged();
            let changed = self.changed()?;
            if !changed.is_empty() {
                self.last = Instant::now();
                let json = serde_json::to_string(&changed).unwrap_or_default();
                self.told.extend(changed);
                return Some(Event::default().data(json));
            }
            if self.last.elapsed() >= KEEP_ALIVE {
                self.last = Instant::now();
                return Some(Event::default().comment(""));
            }
            let (account, log, stopping) = (&mut self.account, &mut self.log, &mut self.stopping);
            tokio::select! {
                _ = account.changed() => {}
                _ = log.changed() => {}
                () = sleep(LOOK) => {}
                _ = stopping.wait_for(|is_stopping| *is_stopping) => return None,
            }
        }
    }

    /// The versions of the sections that are not those that were told last.
    fn changed(&self) -> Option<Versions> {
        let view = View::of(&self.served, &self.asked).ok()?;
        let versions = Section::ALL.iter().map(|section| (section.id(), render(*section, &view).version()));
        Some(versions.filter(|(id, version)| self.told.get(id) != Some(version)).collect())
    }
}
