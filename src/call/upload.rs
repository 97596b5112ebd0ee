//! Uploads: what a call sends as a file of a form of several parts (`multipart/form-data`), and the body that is made of all parts.
//!
//! Parts in memory make a body that can be sent again. A part that is read while it is sent can be read once: such a call makes one
//! attempt.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body, Frame, SizeHint};
use reqwest::header::HeaderValue;

/// How much of a reader is read at once.
const PIECE: usize = 64 << 10;

/// A file to upload: its name, its content, and what kind of content it is.
///
/// The content is in memory ([`new`](Upload::new)), or is read while it is sent ([`reader`](Upload::reader),
/// [`stream`](Upload::stream)). Content that is read can be sent once, so a call with it makes one attempt, and a clone of it shares
/// what is left. For a large file allow the attempt enough time by `attempt_timeout`.
#[derive(Clone)]
pub struct Upload {
    name: String,
    media: Option<String>,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Memory(Bytes),
    /// The source, until it is sent, and how many bytes it has, if that is known.
    Source(Arc<Mutex<Option<Source>>>, Option<u64>),
}

enum Source {
    Reader(Box<dyn Read + Send>),
    Stream(Pin<Box<dyn Stream<Item = io::Result<Vec<u8>>> + Send>>),
}

impl Upload {
    /// A file of this name with this content: bytes or text.
    pub fn new(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), media: None, content: Content::Memory(Bytes::from(content.into())) }
    }

    /// A file of this name whose content is read while it is sent, 64 KiB at a time.
    ///
    /// It is read in the thread that sends. So it is for what answers at once, such as a file; for other sources there is
    /// [`stream`](Upload::stream).
    pub fn reader(name: impl Into<String>, content: impl Read + Send + 'static) -> Self {
        Self::source(name.into(), Source::Reader(Box::new(content)))
    }

    /// A file of this name whose content comes in pieces while it is sent.
    pub fn stream(name: impl Into<String>, content: impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static) -> Self {
        Self::source(name.into(), Source::Stream(Box::pin(content)))
    }

    fn source(name: String, source: Source) -> Self {
        Self { name, media: None, content: Content::Source(Arc::new(Mutex::new(Some(source))), None) }
    }

    /// The media type of the content, such as `application/pdf`. Without it, it is `application/octet-stream`.
    pub fn content_type(mut self, media: impl Into<String>) -> Self {
        self.media = Some(media.into());
        self
    }

    /// How many bytes there are to read. A server that needs the length of a request gets it only if it is known of all parts; if another
    /// number of bytes comes, the request fails. Content in memory has its length.
    pub fn length(mut self, bytes: u64) -> Self {
        if let Content::Source(_, length) = &mut self.content {
            *length = Some(bytes);
        }
        self
    }
}

/// Shows neither the name nor the content.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = match &self.content {
            Content::Memory(bytes) => Some(bytes.len() as u64),
            Content::Source(_, length) => *length,
        };
        f.debug_struct("Upload").field("content_type", &self.media).field("length", &length).finish_non_exhaustive()
    }
}

/// A form of several parts that grows part by part.
pub(crate) struct Form {
    boundary: String,
    pieces: VecDeque<Piece>,
}

enum Piece {
    Bytes(Bytes),
    Source(Source, Option<u64>),
}

impl Form {
    pub(crate) fn new() -> Self {
        // 128 random bits stand in no content but by intent, and nobody knows them before the request is sent.
        let boundary = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        Self { boundary, pieces: VecDeque::new() }
    }

    /// Adds a value.
    pub(crate) fn add_text(&mut self, name: &str, text: &str) {
        let head = self.head(name, None);
        self.add(format!("{head}\r\n{text}\r\n").into());
    }

    /// Adds a value as JSON.
    pub(crate) fn add_json(&mut self, name: &str, value: &serde_json::Value) {
        let head = self.head(name, None);
        self.add(format!("{head}Content-Type: application/json\r\n\r\n{value}\r\n").into());
    }

    /// Adds a file.
    pub(crate) fn add_file(&mut self, name: &str, file: Upload) -> Result<(), &'static str> {
        let media = file.media.as_deref().unwrap_or("application/octet-stream");
        if HeaderValue::from_str(media).is_err() {
            return Err("has a content type that cannot be sent");
        }
        let head = self.head(name, Some(&file.name));
        let content = match file.content {
            Content::Memory(bytes) => Piece::Bytes(bytes),
            Content::Source(source, length) => {
                let source = source.lock().unwrap_or_else(PoisonError::into_inner).take();
                Piece::Source(source.ok_or("has been sent before, and its content can be read only once")?, length)
            }
        };
        self.add(format!("{head}Content-Type: {media}\r\n\r\n").into());
        self.pieces.push_back(content);
        self.add(Bytes::from_static(b"\r\n"));
        Ok(())
    }

    fn add(&mut self, bytes: Bytes) {
        self.pieces.push_back(Piece::Bytes(bytes));
    }

    /// The line between two parts, and the first header of the part behind it.
    fn head(&self, name: &str, file: Option<&str>) -> String {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{}\"", quoted(file)));
        format!("--{}\r\nContent-Disposition: form-data; name=\"{}\"{file}\r\n", self.boundary, quoted(name))
    }

    /// The media type and the body.
    pub(crate) fn finish(mut self) -> (String, RequestBody) {
        self.add(format!("--{}--\r\n", self.boundary).into());
        let media = format!("multipart/form-data; boundary={}", self.boundary);
        let in_memory = self.pieces.iter().all(|piece| matches!(piece, Piece::Bytes(_)));
        let body = if in_memory {
            let mut whole = Vec::new();
            for piece in &self.pieces {
                if let Piece::Bytes(bytes) = piece {
                    whole.extend_from_slice(bytes);
                }
            }
            RequestBody::Memory(whole)
        } else {
            RequestBody::Once(reqwest::Body::wrap(Parts { pieces: Mutex::new(self.pieces) }))
        };
        (media, body)
    }
}

/// What a request sends.
#[derive(Debug)]
pub(crate) enum RequestBody {
    /// It can be sent again.
    Memory(Vec<u8>),
    /// It can be sent once.
    Once(reqwest::Body),
}

/// A name within the quotes of a header, as browsers write it: with no quote and no line end of its own.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The body that reads its parts while it is sent.
struct Parts {
    /// Only one thread polls a body; the lock makes it one that threads may share, which the HTTP stack requires.
    pieces: Mutex<VecDeque<Piece>>,
}

impl Body for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let pieces = self.get_mut().pieces.get_mut().unwrap_or_else(PoisonError::into_inner);
        loop {
            let bytes = match pieces.front_mut() {
                None => return Poll::Ready(None),
                Some(Piece::Bytes(bytes)) => {
                    let bytes = std::mem::take(bytes);
                    pieces.pop_front();
                    bytes
                }
                Some(Piece::Source(source, _)) => match std::task::ready!(source.poll_piece(cx)) {
                    Some(Ok(bytes)) => bytes,
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => {
                        pieces.pop_front();
                        continue;
                    }
                },
            };
            if !bytes.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        let pieces = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
        let lengths = pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => Some(bytes.len() as u64),
            Piece::Source(_, length) => *length,
        });
        lengths.sum::<Option<u64>>().map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

impl Source {
    /// The next bytes; `None` at the end.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match self {
            Self::Reader(reader) => {
                let mut piece = vec![0; PIECE];
                loop {
                    match reader.read(&mut piece) {
                        Ok(0) => return Poll::Ready(None),
                        Ok(length) => {
                            piece.truncate(length);
                            return Poll::Ready(Some(Ok(piece.into())));
                        }
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    }
                }
            }
            Self::Stream(stream) => {
                stream.as_mut().poll_next(cx).map(|piece| piece.map(|piece| piece.map(Bytes::from)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(form: Form) -> String {
        let boundary = form.boundary.clone();
        let (media, body) = form.finish();
        assert_eq!(media, format!("multipart/form-data; boundary={boundary}"));
        let RequestBody::Memory(body) = body else { panic!("it is not in memory") };
        String::from_utf8(body).unwrap().replace(&boundary, "B")
    }

    #[test]
    fn parts_stand_between_boundaries_and_no_name_ends_its_header() {
        let mut form = Form::new();
        form.add_text("kind", "a\r\nb");
        form.add_json("meta", &serde_json::json!({"a": 1}));
        form.add_file("fi\"le", Upload::new("a\"\r\nX: y.pdf", "%PDF").content_type("application/pdf")).unwrap();
        let expected = "--B\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\na\r\nb\r\n\
            --B\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n\
            --B\r\nContent-Disposition: form-data; name=\"fi%22le\"; filename=\"a%22%0D%0AX: y.pdf\"\r\n\
            Content-Type: application/pdf\r\n\r\n%PDF\r\n--B--\r\n";
        assert_eq!(text(form), expected);
        let bad = Upload::new("a", "b").content_type("a\r\nb");
        assert!(Form::new().add_file("f", bad).is_err());
        assert_ne!(Form::new().boundary, Form::new().boundary);
    }

    #[test]
    fn what_is_read_is_sent_once_and_has_a_length_if_that_is_known() {
        let upload = Upload::reader("a", io::Cursor::new(vec![7; 10]));
        assert_eq!(format!("{upload:?}"), "Upload { content_type: None, length: None, .. }");
        let mut form = Form::new();
        form.add_file("f", upload.clone().length(10)).unwrap();
        assert!(Form::new().add_file("f", upload).is_err());
        let (_, RequestBody::Once(body)) = form.finish() else { panic!("it is in memory") };
        assert!(body.as_bytes().is_none());
        assert!(Body::size_hint(&body).exact().is_some_and(|length| length > 100));
    }
}
