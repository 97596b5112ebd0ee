//! Finds e-mail addresses in a text.

/// How many characters from the start of an address its `@` is searched for. No address has more before the `@`.
const LONGEST: usize = 254;

/// The spellings of the `@`.
const AT: [&str; 4] = ["@", "%40", "＠", "﹫"];

/// Where the address that begins at `at` ends, if one does.
pub(super) fn end_at(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    if !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '+' | '-')) {
        return None;
    }
    let (sign, at_sign) = rest.char_indices().take(LONGEST).find_map(|(index, c)| {
        let sign = AT.iter().find(|sign| rest[index..].starts_with(**sign));
        match sign {
            Some(sign) => Some(Some((index, *sign))),
            None if is_local(c) => None,
            None => Some(None),
        }
    })??;
    let host = rest[sign + at_sign.len()..].chars();
    let host: String = host.take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_')).collect();
    // A full stop after the host is the end of a sentence and not part of the address.
    let host = host.trim_end_matches(['.', '-']);
    (!host.is_empty()).then(|| at + sign + at_sign.len() + host.len())
}

/// Whether a character may be in an address before the `@`, without quotes.
fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
}
