//! Records everything that is logged through `tracing` and `log` on the current thread.

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

/// A recorded span or event.
#[derive(Clone, Debug)]
pub struct TraceRecord {
    pub name: &'static str,
    pub target: String,
    pub level: Level,
    pub fields: Fields,
}

struct RecordedTraces {
    level: Level,
    /// The spans with their ids, in the order in which they were opened.
    spans: Vec<(u64, TraceRecord)>,
    events: Vec<TraceRecord>,
}

thread_local! {
    // One global subscriber records all threads. A subscriber for each thread would race for the interest in callsites
    // that tracing caches.
    static RECORDED: RefCell<Option<RecordedTraces>> = const { RefCell::new(None) };
}

/// Records what is logged on the current thread until it is dropped.
pub struct Capture(());

impl Capture {
    pub fn start() -> Self {
        Self::up_to(Level::TRACE)
    }

    /// Records what has at least this level.
    pub fn up_to(level: Level) -> Self {
        static INSTALL_SUBSCRIBER: Once = Once::new();
        INSTALL_SUBSCRIBER.call_once(|| {
            tracing::subscriber::set_global_default(tracing_subscriber::registry().with(RecordingLayer))
                .expect("no other subscriber is set");
            tracing_log::LogTracer::init().expect("no other logger is set");
        });
        RECORDED.set(Some(RecordedTraces { level, spans: Vec::new(), events: Vec::new() }));
        Self(())
    }

    /// The spans of the client.
    pub fn spans(&self) -> Vec<TraceRecord> {
        let ours = |record: &TraceRecord| record.target.starts_with("imprint");
        with_recorded(|recorded| recorded.spans.iter().map(|(_, record)| record.clone()).filter(ours).collect())
            .expect("a capture")
    }

    /// The events of the client.
    pub fn events(&self) -> Vec<TraceRecord> {
        let ours = |record: &&TraceRecord| record.target.starts_with("imprint");
        with_recorded(|recorded| recorded.events.iter().filter(ours).cloned().collect()).expect("a capture")
    }

    /// All spans and events of all targets as text.
    pub fn text(&self) -> String {
        let text = with_recorded(|recorded| {
            let record = recorded.spans.iter().map(|(_, record)| record).chain(&recorded.events);
            record.fold(String::new(), |mut text, record| {
                writeln!(text, "{record:?}").expect("writing to a string succeeds");
                text
            })
        });
        text.expect("a capture")
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        RECORDED.set(None);
    }
}

/// Runs `what` on the recorded data of this thread, if it records.
fn with_recorded<T>(what: impl FnOnce(&mut RecordedTraces) -> T) -> Option<T> {
    RECORDED.with_borrow_mut(|recorded| recorded.as_mut().map(what))
}

struct RecordingLayer;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for RecordingLayer {
    /// Decides for each event anew, because tests that record run in parallel with tests that do not.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        with_recorded(|recorded| *metadata.level() <= recorded.level).unwrap_or(false)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let record = trace_record(attributes.metadata(), |fields| attributes.record(fields));
        with_recorded(|recorded| recorded.spans.push((id.into_u64(), record)));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        with_recorded(|recorded| {
            if let Some((_, record)) = recorded.spans.iter_mut().rev().find(|(span, _)| *span == id.into_u64()) {
                values.record(&mut FieldRecorder(&mut record.fields));
            }
        });
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let record = trace_record(event.metadata(), |fields| event.record(fields));
        with_recorded(|recorded| recorded.events.push(record));
    }
}

fn trace_record(metadata: &Metadata<'_>, record: impl FnOnce(&mut FieldRecorder<'_>)) -> TraceRecord {
    let mut fields = Fields::new();
    record(&mut FieldRecorder(&mut fields));
    // An event of the crate `log` has its target in a field.
    let target = fields.get("log.target").map_or(metadata.target(), |target| target.trim_matches('"')).to_owned();
    TraceRecord { name: metadata.name(), target, level: *metadata.level(), fields }
}

struct FieldRecorder<'a>(&'a mut Fields);

impl Visit for FieldRecorder<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), fmt::format(format_args!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}
