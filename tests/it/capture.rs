//! What is said to `tracing` and to `log` on this thread, by whomever, at every level.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Write};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, Interest};
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

#[derive(Default)]
struct Heard {
    /// By the id of the span, in the order they were opened.
    spans: Vec<(u64, Said)>,
    events: Vec<Said>,
}

/// Everything that is said on this thread for as long as it lives.
pub struct Capture {
    heard: Arc<Mutex<Heard>>,
    _guard: DefaultGuard,
}

impl Capture {
    pub fn start() -> Self {
        Self::up_to(Level::TRACE)
    }

    /// Hears what is as important as this, or more.
    pub fn up_to(level: Level) -> Self {
        static LOG: Once = Once::new();
        LOG.call_once(|| tracing_log::LogTracer::init().expect("no other logger"));
        let heard = Arc::new(Mutex::new(Heard::default()));
        let subscriber = tracing_subscriber::registry().with(Ear { heard: Arc::clone(&heard), level });
        Self { heard, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// The spans of the client.
    pub fn spans(&self) -> Vec<Said> {
        let heard = lock(&self.heard);
        heard.spans.iter().map(|(_, said)| said.clone()).filter(|said| said.target.starts_with("imprint")).collect()
    }

    /// The events of the client.
    pub fn events(&self) -> Vec<Said> {
        lock(&self.heard).events.iter().filter(|said| said.target.starts_with("imprint")).cloned().collect()
    }

    /// All of it, from all targets.
    pub fn text(&self) -> String {
        let heard = lock(&self.heard);
        let said = heard.spans.iter().map(|(_, said)| said).chain(&heard.events);
        said.fold(String::new(), |mut text, said| {
            writeln!(text, "{said:?}").expect("a string takes it");
            text
        })
    }
}

struct Ear {
    heard: Arc<Mutex<Heard>>,
    level: Level,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Ear {
    /// Asked each time: other threads hear nothing of it, and tests that hear nothing run beside those that do.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= self.level
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let said = said(attributes.metadata(), |fields| attributes.record(fields));
        lock(&self.heard).spans.push((id.into_u64(), said));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut heard = lock(&self.heard);
        let span = heard.spans.iter_mut().rev().find(|(span, _)| *span == id.into_u64());
        values.record(&mut Taken(&mut span.expect("a span that was opened").1.fields));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        lock(&self.heard).events.push(said(event.metadata(), |fields| event.record(fields)));
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

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
