// expect: a field that is an integer cannot be set from `&str`
// expect: a field that is an integer cannot be set from `{float}`
// expect: expected a value of an integer type, or an `Option` of one
// expect: amounts are integers in the smallest unit of the currency, such as cents; text is to be parsed first, as by `text.parse::<i64>()?`, and a bare `None` is written `None::<i64>`

use imprint_client::types::CreateTransactionIntentBody;

fn main() {
    let _ = CreateTransactionIntentBody::builder().amount("1250");
    let _ = CreateTransactionIntentBody::builder().amount(12.50);
}
