//! What is said to `tracing` and to `log` on this thread, by whomever, at every level.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{self, Debug, Write};
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

pub type Fields = BTreeMap<String, String>;

/// A span or an event.
#[derive(Clone, Debug)]
pub struct Said {
    pub name: &'static str,
    pub target: String,
    pub level: Level,
    pub fields: Fields,
}

struct Heard {
    level: Level,
    /// By the id of the span, in the order they were opened.
    spans: Vec<(u64, Said)>,
    events: Vec<Said>,
}

thread_local! {
    // One subscriber hears all threads: one for each would race for what tracing remembers of who listens.
    static HEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

/// Everything that is said on this thread for as long as it lives.
pub struct Capture(());

impl Capture {
    pub fn start() -> Self {
        Self::up_to(Level::TRACE)
    }

    /// Hears what is as important as this, or more.
    pub fn up_to(level: Level) -> Self {
        static LISTEN: Once = Once::new();
        LISTEN.call_once(|| {
            tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Ear)).expect("no other");
            tracing_log::LogTracer::init().expect("no other logger");
        });
        HEARD.set(Some(Heard { level, spans: Vec::new(), events: Vec::new() }));
        Self(())
    }

    /// The spans of the client.
    pub fn spans(&self) -> Vec<Said> {
        let ours = |said: &Said| said.target.starts_with("imprint");
        heard(|heard| heard.spans.iter().map(|(_, said)| said.clone()).filter(ours).collect()).expect("a capture")
    }

    /// The events of the client.
    pub fn events(&self) -> Vec<Said> {
        let ours = |said: &&Said| said.target.starts_with("imprint");
        heard(|heard| heard.events.iter().filter(ours).cloned().collect()).expect("a capture")
    }

    /// All of it, from all targets.
    pub fn text(&self) -> String {
        let text = heard(|heard| {
            let said = heard.spans.iter().map(|(_, said)| said).chain(&heard.events);
            said.fold(String::new(), |mut text, said| {
                writeln!(text, "{said:?}").expect("a string takes it");
                text
            })
        });
        text.expect("a capture")
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        HEARD.set(None);
    }
}

/// What this thread has heard, if it listens.
fn heard<T>(what: impl FnOnce(&mut Heard) -> T) -> Option<T> {
    HEARD.with_borrow_mut(|heard| heard.as_mut().map(what))
}

struct Ear;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Ear {
    /// Asked each time: tests that listen run beside others that do not.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        heard(|heard| *metadata.level() <= heard.level).unwrap_or(false)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let said = said(attributes.metadata(), |fields| attributes.record(fields));
        heard(|heard| heard.spans.push((id.into_u64(), said)));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        heard(|heard| {
            if let Some((_, said)) = heard.spans.iter_mut().rev().find(|(span, _)| *span == id.into_u64()) {
                values.record(&mut Taken(&mut said.fields));
            }
        });
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let said = said(event.metadata(), |fields| event.record(fields));
        heard(|heard| heard.events.push(said));
    }
}

fn said(metadata: &Metadata<'_>, record: impl FnOnce(&mut Taken<'_>)) -> Said {
    let mut fields = Fields::new();
    record(&mut Taken(&mut fields));
    // What comes by way of `log` brings its target along as a field.
    let target = fields.get("log.target").map_or(metadata.target(), |target| target.trim_matches('"')).to_owned();
    Said { name: metadata.name(), target, level: *metadata.level(), fields }
}

struct Taken<'a>(&'a mut Fields);

impl Visit for Taken<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), fmt::format(format_args!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}
