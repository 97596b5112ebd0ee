//! Masking of what the server wrote, in the texts of errors. The input is the message of an error, or the whole body.

use imprint_client::{Error, operation, testing};

/// The fewest digits that a card number has. A UUID may end with twelve.
const CARD: usize = 13;

/// A card number that is put into the text of the fuzzer, in the ways in which people and machines write it.
const CARDS: [&str; 4] = ["4111111592341815", "4111 1115 9234 1815", "4111-1115-9234-1815", "4111.1115.9234.1815"];

pub fn check(data: &[u8]) {
    let error = || testing::api_error(&operation::GET_CUSTOMER, 400);
    shows_nothing(&error().body(data).build());
    let Ok(text) = std::str::from_utf8(data) else { return };
    shows_nothing(&error().code(text).message(text).param(text).detail(text).build());

    // Something secret in the middle of the text. The text before and after it must not make it visible, unless it adds
    // digits, which make it another number.
    let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (before, after) = text.split_at(middle);
    let joins = |c: char| c.is_alphanumeric();
    if !before.ends_with(joins) && !after.starts_with(joins) {
        for card in CARDS {
            let said = shows_nothing(&error().message(format!("{before}{card}{after}")).build());
            assert!(!said.contains(card), "{before:?} and {after:?} make {card} visible: {said}");
        }
        let said = shows_nothing(&error().message(format!("{before} ada@example.com {after}")).build());
        assert!(!said.contains("ada@example.com"), "{before:?} and {after:?} make an address visible: {said}");
    }
}

/// What an error says is one line, short, and without long numbers.
fn shows_nothing(error: &Error) -> String {
    let display = error.to_string();
    for said in [&display, &format!("{error:?}")] {
        let is_harmless = |c: char| !c.is_control() && !matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        assert!(said.chars().all(is_harmless), "the error is more than one line: {said:?}");
        let longest = said.split(|c: char| !c.is_numeric()).map(|digits| digits.chars().count()).max();
        assert!(longest < Some(CARD), "the error shows a long number: {said}");
    }
    assert!(display.chars().count() < 2000, "the error is long");
    display
}
