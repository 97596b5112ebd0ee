//! Splits JSON into the members of an object or the items of a list, each as the received bytes.
//!
//! It is used only for a body that could not be decoded as a whole: to decode a list item by item, or to remove one of
//! two lists.

use serde::de::IgnoredAny;

/// A member of an object: its key as it is written between the quotes, and its value.
pub(crate) type Member<'a> = (&'a [u8], &'a [u8]);

/// The members of an object in their order; `None` for any other value, and for text that is not JSON.
pub(crate) fn members(json: &[u8]) -> Option<Vec<Member<'_>>> {
    let mut rest = Rest(json);
    rest.skip(b"\xef\xbb\xbf");
    rest.take(b'{')?;
    let mut members = Vec::new();
    if !rest.at(b'}') {
        loop {
            let key = rest.value()?.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
            rest.take(b':')?;
            members.push((key, rest.value()?));
            if rest.at(b'}') {
                break;
            }
            rest.take(b',')?;
        }
    }
    rest.take(b'}')?;
    rest.end().then_some(members)
}

/// The items of a list in their order; `None` for any other value.
pub(crate) fn items(json: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = Rest(json);
    rest.take(b'[')?;
    let mut items = Vec::new();
    if !rest.at(b']') {
        loop {
            items.push(rest.value()?);
            if rest.at(b']') {
                break;
            }
            rest.take(b',')?;
        }
    }
    rest.take(b']')?;
    rest.end().then_some(items)
}

/// The same object with another value for the member at an index, or without it.
pub(crate) fn replaced(members: &[Member<'_>], index: usize, by: Option<&[u8]>) -> Vec<u8> {
    let mut json = Vec::new();
    for (at, (key, value)) in members.iter().enumerate() {
        let value = if at == index { by } else { Some(*value) };
        let Some(value) = value else { continue };
        json.push(if json.is_empty() { b'{' } else { b',' });
        json.extend([&b"\""[..], key, b"\":", value].concat());
    }
    if json.is_empty() {
        json.push(b'{');
    }
    json.push(b'}');
    json
}

/// The object with one list in place of two lists that have these names, if that loses nothing: one of them is empty or
/// null, or both are the same.
pub(super) fn one_list(json: &[u8], names: &[&str]) -> Option<Vec<u8>> {
    let members = members(json)?;
    let mut lists = members.iter().enumerate().filter(|(_, (key, _))| names.iter().any(|name| name.as_bytes() == *key));
    let (Some((first, (_, one))), Some((second, (_, other))), None) = (lists.next(), lists.next(), lists.next()) else {
        return None;
    };
    let is_empty = |list: &[u8]| list == b"null" || items(list).is_some_and(|items| items.is_empty());
    if one == other || is_empty(other) {
        Some(replaced(&members, second, None))
    } else if is_empty(one) {
        Some(replaced(&members, first, None))
    } else {
        None
    }
}

/// The part of the text that has not been read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn skip(&mut self, start: &[u8]) {
        self.0 = self.0.strip_prefix(start).unwrap_or(self.0);
    }

    /// Whether `byte` comes next, after white space.
    fn at(&mut self, byte: u8) -> bool {
        self.0 = self.0.trim_ascii_start();
        self.0.first() == Some(&byte)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.at(byte).then(|| self.0 = &self.0[1..])
    }

    /// The next value, of any kind.
    fn value(&mut self) -> Option<&'a [u8]> {
        self.0 = self.0.trim_ascii_start();
        let mut values = serde_json::Deserializer::from_slice(self.0).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let (value, rest) = self.0.split_at(values.byte_offset());
        self.0 = rest;
        Some(value)
    }

    fn end(&self) -> bool {
        self.0.trim_ascii_start().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_comes_apart_and_together_again() {
        let json = br#" { "a" : [1, {"b":"x\"]}"}] ,"c d":null,"e\u0020":-1.5e3 , "f":"" } "#;
        let members = members(json).unwrap();
        let expected: [Member<'_>; 4] =
            [(b"a", br#"[1, {"b":"x\"]}"}]"#), (b"c d", b"null"), (br"e\u0020", b"-1.5e3"), (b"f", b"\"\"")];
        assert_eq!(members, expected);
        assert_eq!(items(members[0].1).unwrap(), [&b"1"[..], br#"{"b":"x\"]}"}"#]);
        assert_eq!(replaced(&members[1..3], 0, Some(b"[]")), br#"{"c d":[],"e\u0020":-1.5e3}"#);
        assert_eq!(replaced(&members[1..2], 0, None), b"{}");
        assert_eq!(super::members(b"\xef\xbb\xbf{}"), Some(vec![]));
        assert_eq!(items(b"[ ]"), Some(vec![]));
        // Bytes that are not valid UTF-8 do not stop the split: the parts are bytes.
        assert_eq!(super::members(b"{\"a\":\"\xe9\"}"), Some(vec![(&b"a"[..], &b"\"\xe9\""[..])]));
    }

    #[test]
    fn what_is_no_object_or_no_list_comes_to_nothing() {
        for json in
            ["", " ", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{} x", "[]", "null", "{1:2}"]
        {
            assert_eq!(members(json.as_bytes()), None, "{json}");
        }
        for json in ["", "[", "[1", "[1,]", "[1 2]", "[] x", "{}", "null", "[,]"] {
            assert_eq!(items(json.as_bytes()), None, "{json}");
        }
    }
}
