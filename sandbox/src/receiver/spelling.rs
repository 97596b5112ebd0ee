//! JSON written in other ways than the sandbox writes it. A signature is over the bytes of a body, so a receiver that verifies
//! what it has read and written again refuses genuine deliveries, or takes only those that happen to be written its way.

use std::io;

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

/// As Python's `json.dumps` writes it: a blank behind each comma and colon.
pub fn of_python(event: &Value) -> Vec<u8> {
    written(event, Blanks)
}

/// As no usual writer does, so that nobody gets these bytes by reading and writing them again: indented by three blanks, with
/// an escape that is not needed and an empty line at the end.
pub fn of_nobody(event: &Value) -> Vec<u8> {
    let text = written(event, PrettyFormatter::with_indent(b"   "));
    let text = String::from_utf8_lossy(&text).replacen("\"object\"", "\"\\u006fbject\"", 1);
    format!("{text}\r\n\r\n").into_bytes()
}

fn written(event: &Value, formatter: impl Formatter) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing a value of JSON into memory does not fail.
    let _ = event.serialize(&mut Serializer::with_formatter(&mut bytes, formatter));
    bytes
}

struct Blanks;

impl Formatter for Blanks {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_spelling_means_the_same_and_is_another_text() {
        let event = json!({ "data": { "amounts": [1, 2], "none": {} }, "object": "TRANSACTION" });
        let python = of_python(&event);
        let text = r#"{"data": {"amounts": [1, 2], "none": {}}, "object": "TRANSACTION"}"#;
        assert_eq!(String::from_utf8_lossy(&python), text);
        let nobody = of_nobody(&event);
        for spelled in [&python, &nobody] {
            assert_eq!(serde_json::from_slice::<Value>(spelled).expect("JSON"), event);
        }
        assert_ne!(nobody, serde_json::to_vec_pretty(&event).expect("JSON"));
    }
}
