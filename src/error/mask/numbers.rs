//! Finds card numbers, social security numbers and phone numbers in a text, and the UUIDs, dates and time stamps that
//! must not be taken for one.

/// A number with this many digits or more may be a card number.
const CARD: usize = 13;

/// A number with this many digits or more and a `+` before it may be a phone number.
const INTERNATIONAL: usize = 7;

/// The most characters that may stand between two digits of one number. There may be more if all of them are blanks.
const WIDEST: usize = 4;

/// Digits without anything between them.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
    digits: usize,
}

/// Where the number that begins at `at` ends, if it has to be hidden: 13 digits or more in any grouping, 9 digits as in
/// a social security number, 10 digits as in a North American phone number, or 7 digits or more with a `+` before them.
pub(super) fn end_at(text: &str, at: usize) -> Option<usize> {
    let mut chars = text[at..].chars();
    let first = chars.next()?;
    let begins_a_run = !before(text, at).is_some_and(char::is_numeric);
    let plus = ["+", "＋", "%2B", "%2b"].into_iter().find(|plus| text[at..].starts_with(plus));
    match first {
        // The plus may be percent-encoded: a server that repeats a query may repeat it in encoded form.
        _ if begins_a_run && plus.is_some() => {
            let groups = plus.map(|plus| at + plus.len()).map(|at| run(text, at + opening(&text[at..])))?;
            (digits(&groups) >= INTERNATIONAL).then(|| groups.last().expect("it has digits").end)
        }
        // The opening bracket belongs to the number if the closing one is within the number.
        '(' if begins_a_run && chars.as_str().starts_with(char::is_numeric) => {
            end_at(text, at + 1).filter(|end| text[at..*end].contains(')'))
        }
        _ if first.is_numeric() && begins_a_run => {
            let groups = run(text, at);
            if digits(&groups) >= CARD {
                return groups.last().map(|group| group.end);
            }
            LAYOUTS.iter().find_map(|layout| layout.end(text, &groups))
        }
        _ => None,
    }
}

/// How many bytes an opening bracket at the start of the text takes: 1, or 0 if there is none.
fn opening(text: &str) -> usize {
    usize::from(text.starts_with('('))
}

fn digits(groups: &[Group]) -> usize {
    groups.iter().map(|group| group.digits).sum()
}

/// How the digits of a number with fewer digits than a card number are grouped.
struct Layout {
    groups: &'static [usize],
    /// Whether the number is hidden only if its digits are those of a North American phone number. It is set for
    /// groupings that are common in other numbers too.
    checked: bool,
}

/// The longest first: otherwise a shorter layout could match, and only a part of the number would be hidden.
const LAYOUTS: &[Layout] = &[
    Layout { groups: &[1, 3, 3, 4], checked: false },
    Layout { groups: &[1, 3, 7], checked: true },
    Layout { groups: &[1, 6, 4], checked: true },
    Layout { groups: &[1, 10], checked: true },
    Layout { groups: &[11], checked: true },
    Layout { groups: &[3, 3, 4], checked: false },
    Layout { groups: &[3, 7], checked: true },
    Layout { groups: &[6, 4], checked: true },
    Layout { groups: &[10], checked: true },
    Layout { groups: &[3, 2, 4], checked: false },
    Layout { groups: &[9], checked: false },
];

impl Layout {
    fn end(&self, text: &str, groups: &[Group]) -> Option<usize> {
        let groups = groups.get(..self.groups.len())?;
        if groups.iter().zip(self.groups).any(|(group, digits)| group.digits != *digits) {
            return None;
        }
        let end = groups.last()?.end;
        (!self.checked || is_north_american(&text[groups[0].start..end])).then_some(end)
    }
}

/// Whether the digits are those of a North American phone number: neither the area code nor the next group begins with
/// 0 or 1. So a number of seconds since 1970 is not taken for a phone number.
fn is_north_american(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(|c| c.is_numeric()).collect();
    let number = match &digits[..] {
        ['1', number @ ..] if number.len() == 10 => number,
        number => number,
    };
    number.len() == 10 && ![number[0], number[3]].iter().any(|digit| matches!(digit, '0' | '1'))
}

/// The digit groups from `at` on, up to the first text that is not a separator between the digits of one number.
fn run(text: &str, at: usize) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut start = at;
    while kept_end(text, start).is_none() {
        let (mut end, mut digits) = (start, 0);
        for digit in text[start..].chars().take_while(|c| c.is_numeric()) {
            end += digit.len_utf8();
            digits += 1;
        }
        if digits == 0 {
            break;
        }
        groups.push(Group { start, end, digits });
        start = end + separator(&text[end..]).unwrap_or_default();
        if start == end {
            break;
        }
    }
    groups
}

/// How many bytes the separator at the start of the text takes, if it may stand between two groups of one number: some
/// blanks, dashes, dots, slashes and brackets, or one other sign. A comma with a blank separates two numbers.
fn separator(text: &str) -> Option<usize> {
    // Any number of blanks may stand between two groups, if nothing else does.
    let blanks = text.len() - text.trim_start().len();
    if blanks > 0 && text[blanks..].starts_with(char::is_numeric) {
        return Some(blanks);
    }
    let between: Vec<char> = text.chars().take_while(|c| !c.is_alphanumeric()).take(WIDEST + 1).collect();
    let joins = between.len() == 1 || between.len() <= WIDEST && between.iter().all(|c| is_separator(*c));
    joins.then(|| between.iter().map(|c| c.len_utf8()).sum())
}

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '_' | '.' | '/' | '\\' | '(' | ')' | '·' | '•' | '\u{AD}')
        // These are characters without a width, dashes of all kinds, and other dots and slashes.
        || matches!(c, '\u{200B}'..='\u{200D}' | '\u{2010}'..='\u{2015}' | '\u{2024}' | '\u{2027}' | '\u{2043}')
        || matches!(c, '\u{2044}' | '\u{2060}' | '\u{2212}' | '\u{2215}' | '\u{2219}' | '\u{30FB}' | '\u{FE58}')
        || matches!(c, '\u{FE63}' | '\u{FEFF}' | '\u{FF0D}' | '\u{FF0E}' | '\u{FF0F}' | '\u{FF3F}')
}

/// Where the UUID, date or time stamp that begins at `at` ends. Its digits are shown and not taken for a number.
pub(super) fn kept_end(text: &str, at: usize) -> Option<usize> {
    if before(text, at).is_some_and(char::is_alphanumeric) {
        return None;
    }
    let bytes = &text.as_bytes()[at..];
    let end = at + uuid(bytes).or_else(|| date_and_time(bytes))?;
    (!text[end..].starts_with(char::is_alphanumeric)).then_some(end)
}

fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

/// The length of the UUID at the start of the text. A text of digits only is not taken for a UUID, because it may be a
/// list of numbers.
fn uuid(text: &[u8]) -> Option<usize> {
    let text = text.get(..36)?;
    let is_part = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let is_uuid = text.iter().enumerate().all(is_part) && text.iter().any(u8::is_ascii_alphabetic);
    is_uuid.then_some(text.len())
}

/// The length of a date such as `2025-02-13` at the start of the text, with the time after it, such as
/// `T19:08:07.000Z`, if there is one.
fn date_and_time(text: &[u8]) -> Option<usize> {
    let date = shaped(text, "####-##-##")?;
    if !(text.starts_with(b"19") || text.starts_with(b"20"))
        || !within(&text[5..7], 1, 12)
        || !within(&text[8..10], 1, 31)
    {
        return None;
    }
    Some(time(&text[date..]).map_or(date, |time| date + time))
}

fn time(text: &[u8]) -> Option<usize> {
    let mut end = shaped(text, "T##:##").or_else(|| shaped(text, "t##:##")).or_else(|| shaped(text, " ##:##"))?;
    if !within(&text[1..3], 0, 23) || !within(&text[4..6], 0, 59) {
        return None;
    }
    if let Some(seconds) = shaped(&text[end..], ":##") {
        if !within(&text[end + 1..end + 3], 0, 60) {
            return None;
        }
        end += seconds;
        let fraction = text[end..].iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        if matches!(text.get(end), Some(b'.' | b',')) && (1..=9).contains(&fraction) {
            end += 1 + fraction;
        }
    }
    let zone = ["+##:##", "-##:##", "+####", "-####", "Z", "z"].into_iter().find_map(|zone| shaped(&text[end..], zone));
    Some(end + zone.unwrap_or_default())
}

/// The length of the shape, if the text begins with it. In a shape `#` stands for a digit, and every other character
/// for itself.
fn shaped(text: &[u8], shape: &str) -> Option<usize> {
    let fits = |(byte, shape): (&u8, u8)| if shape == b'#' { byte.is_ascii_digit() } else { *byte == shape };
    (text.len() >= shape.len() && text.iter().zip(shape.bytes()).all(fits)).then_some(shape.len())
}

/// Whether the number that the two digits form is within these bounds.
fn within(digits: &[u8], least: u8, most: u8) -> bool {
    let number = (digits[0] - b'0') * 10 + (digits[1] - b'0');
    (least..=most).contains(&number)
}
