//! The events that partners are told about by webhooks: a list that can be waited for, and a stream.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::IntoResponse;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, timeout_at};

use crate::program::failure::Failure;
use crate::sandbox::{Event, EventMark, EventsAfter, Sandbox};

use super::call::{Call, Outcome, ok};
use super::views;

/// How many events an answer has at most, unless the request says how many.
const LIMIT: usize = 100;

/// How many events a stream takes out of the account at once.
const BATCH: usize = 100;

/// How often a stream that has nothing to tell says that it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
struct Wanted {
    after: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    wait: f64,
    limit: Option<usize>,
}

/// Which events are wanted: behind which, and of which kind.
struct Filter {
    after: Option<EventMark>,
    kind: Option<String>,
}

impl Filter {
    fn of(sandbox: &Sandbox, after: Option<&str>, kind: Option<String>) -> Result<Self, Failure> {
        if let Some(kind) = &kind {
            sandbox.has_kind(kind).map_err(|why| Failure::invalid("kind", why))?;
        }
        let parsed = after.map(str::parse).transpose();
        let after = parsed.map_err(|()| Failure::invalid("after", "is no id of an event, such as 0-17"))?;
        Ok(Self { after, kind })
    }

    fn find(&self, sandbox: &Sandbox, limit: usize) -> EventsAfter {
        sandbox.events_after(self.after, self.kind.as_deref(), limit)
    }
}

pub async fn list(mut call: Call) -> Outcome {
    let Wanted { after, kind, wait, limit } = call.query()?;
    let filter = Filter::of(&call.sandbox, after.as_deref(), kind)?;
    let limit = limit.unwrap_or(LIMIT);
    // The document limits the time.
    let end = Instant::now() + Duration::from_secs_f64(wait.clamp(0.0, 60.0));
    let waiting = async {
        let mut changes = call.sandbox.changes();
        loop {
            changes.mark_unchanged();
            let found = filter.find(&call.sandbox, limit);
            if !found.found.is_empty() || timeout_at(end, changes.changed()).await.is_err() || !call.sandbox.is_open() {
                return found;
            }
        }
    };
    let EventsAfter { found, last, dropped } = call.unless_stopping(waiting).await?;
    ok(json!({
        "events": found.iter().map(|(mark, event)| views::event(&call.sandbox, *mark, event)).collect::<Vec<_>>(),
        "last": last.map(|mark| mark.to_string()),
        "dropped": dropped,
    }))
}

#[derive(Deserialize)]
struct Streamed {
    after: Option<String>,
    kind: Option<String>,
}

/// A stream of events that somebody reads.
struct Reader {
    sandbox: Sandbox,
    filter: Filter,
    found: VecDeque<(EventMark, Event)>,
    changes: watch::Receiver<()>,
    stopping: watch::Receiver<bool>,
    /// Held for as long as the stream is open.
    _permit: OwnedSemaphorePermit,
}

pub async fn stream(mut call: Call) -> Outcome {
    let Streamed { after, kind } = call.query()?;
    // A browser that lost the connection sends the header, and the same URL as before.
    let seen = call.headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned).or(after);
    let mut filter = Filter::of(&call.sandbox, seen.as_deref(), kind)?;
    if seen.is_none() {
        filter.after = call.sandbox.last_event();
    }
    let permit = call.served.stream()?;
    let reader = Reader {
        filter,
        found: VecDeque::new(),
        changes: call.sandbox.changes(),
        stopping: call.served.sandbox.listening().stopping(),
        sandbox: call.sandbox,
        _permit: permit,
    };
    let events = stream::unfold(reader, |mut reader| async {
        let sent = reader.next().await?;
        Some((Ok::<_, Infallible>(sent), reader))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

impl Reader {
    /// The next event. None when the program is told to stop, or the account is ended.
    async fn next(&mut self) -> Option<Sent> {
        while self.found.is_empty() {
            self.changes.mark_unchanged();
            let EventsAfter { found, last, dropped } = self.filter.find(&self.sandbox, BATCH);
            self.filter.after = last;
            self.found = found.into();
            // Nobody may be told of what may be lost.
            if (dropped > 0 || !self.found.is_empty()) && !self.sandbox.is_kept().await {
                return None;
            }
            if dropped > 0 {
                return Some(Sent::default().event("dropped").data(json!({ "dropped": dropped }).to_string()));
            }
            if !self.found.is_empty() {
                break;
            }
            if !self.sandbox.is_open() {
                return None;
            }
            tokio::select! {
                changed = self.changes.changed() => changed.ok()?,
                _ = self.stopping.wait_for(|is_stopping| *is_stopping) => return None,
            }
        }
        let (mark, event) = self.found.pop_front()?;
        let data = views::event(&self.sandbox, mark, &event);
        Some(Sent::default().id(mark.to_string()).event(&event.object).data(data.to_string()))
    }
}
