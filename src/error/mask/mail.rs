//! E-mail addresses in a text.

/// No address is longer before its `@`.
const LONGEST: usize = 254;

/// The spellings of the sign in the middle.
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
    // A full stop behind it ends the sentence.
    let host = host.trim_end_matches(['.', '-']);
    (!host.is_empty()).then(|| at + sign + at_sign.len() + host.len())
}

/// What may stand before the sign without quotes.
fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
}
