//! The network between a helper and the sandbox. At requests that are drawn from the seed of the run it loses, cuts off,
//! repeats, delays or falsifies what it carries.
//!
//! What happens to a connection is done by the faults of the sandbox itself. Repeating a request, carrying it out late,
//! answering from an earlier state and shortening a list are done here.

use std::time::Duration;

use bytes::Bytes;
use imprint_sandbox::{Arrival, Carried, Moment, Sandbox};
use reqwest::{Method, Request};
use serde_json::{Value, json};

use super::super::random::Random;
use crate::call::stand_in::Reply;
use crate::ext::model::{Choices, ModelServer};

/// The time until an answer arrives that nothing delays.
const ANSWER_TIME: Duration = Duration::from_millis(20);

/// A request of the client, and what became of it.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) method: Method,
    pub(super) path: String,
    /// The API key.
    pub(super) key: String,
    /// The JSON of the request; null if there is none.
    pub(super) sent: Value,
    /// When it was sent, and when its answer arrived or the client stopped waiting, since the start of the run.
    pub(super) at: Duration,
    pub(super) ended: Duration,
    /// Whether the connection was made.
    pub(super) connected: bool,
    /// How many times it was carried out with success.
    pub(super) carried_out: u32,
    /// Whether the head of an answer of success arrived, with the whole body or a part.
    pub(super) succeeded: bool,
    /// Status and JSON of the answer, if the whole of it arrived.
    pub(super) arrived: Option<(u16, Value)>,
    /// Whether the answer showed an earlier state, or less than there is.
    pub(super) is_stale: bool,
    /// Whether it was carried out only after its connection had broken.
    pub(super) is_late: bool,
}

impl Exchange {
    /// The items of the list that arrived whole.
    pub(super) fn items(&self) -> Option<&[Value]> {
        let (status, body) = self.arrived.as_ref()?;
        body["data"].as_array().filter(|_| *status == 200).map(Vec::as_slice)
    }

    /// Whether it arrived as an empty list that says nothing to the contrary.
    pub(super) fn proves_absence(&self) -> bool {
        let promises = |body: &Value| body["has_more"] == true || body["total"].as_i64().is_some_and(|total| total > 0);
        self.items().is_some_and(<[Value]>::is_empty) && !self.arrived.as_ref().is_some_and(|(_, body)| promises(body))
    }

    /// Whether what arrived, or did not, says that it was not carried out.
    pub(super) fn is_refused(&self) -> bool {
        let refuses = |status: u16| (400..500).contains(&status) && status != 408;
        !self.connected || self.arrived.as_ref().is_some_and(|(status, _)| refuses(*status))
    }

    /// Whether it was carried out, and refused with a status that says that it was not.
    pub(super) fn is_falsely_refused(&self) -> bool {
        self.carried_out > 0 && self.arrived.as_ref().is_some_and(|(status, _)| *status == 429)
    }
}

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    /// It is carried out, and the connection breaks, or nothing comes.
    Lost {
        silence: bool,
    },
    /// It is not carried out, and the connection breaks, or nothing comes.
    Dropped {
        silence: bool,
    },
    NeverConnected,
    /// It is carried out, and so many bytes of the body arrive.
    Cut(usize),
    /// An error in the place of the answer; whether it is carried out.
    Status(u16, bool),
    /// A page of HTML in the place of the answer; whether it is carried out.
    Html(bool),
    /// It is carried out, and the answer takes this long.
    Slow(Duration),
    /// The connection breaks or nothing comes, and it is carried out this much later.
    Late {
        silence: bool,
        after: Duration,
    },
    /// It is carried out twice, and the first or the second answer arrives.
    Twice {
        first: bool,
    },
    /// It is carried out again this much later.
    TwiceLate(Duration),
    /// For this long reads show the state before the last write, or before this one.
    Lags(Duration),
    /// The last item of the list is missing, and the answer says so in one of these ways.
    Short(Says),
    /// A list holds what its filters leave out as well.
    Unfiltered,
}

/// What a shortened list says about the missing item.
#[derive(Clone, Copy, Debug)]
enum Says {
    Nothing,
    Total,
    HasMore,
}

/// What somebody else does to the account before the request of a number.
pub(super) struct Interference {
    pub(super) before: usize,
    pub(super) name: &'static str,
    pub(super) act: Box<dyn FnOnce(&Sandbox) + Send>,
}

struct Late {
    due: Duration,
    exchange: usize,
    request: http::Request<Bytes>,
}

pub(super) struct Network {
    sandbox: Sandbox,
    random: Random,
    /// The numbers of the requests, from one, with which something goes wrong.
    strikes: Vec<usize>,
    interference: Option<Interference>,
    interferes: bool,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) story: Vec<String>,
    /// The states before each write.
    earlier: Vec<Moment>,
    /// Until when reads show which of the earlier states.
    lag: Option<(Duration, usize)>,
    late: Vec<Late>,
    answer_time: Duration,
}

impl Network {
    /// A network between the client and the sandbox, with up to four faults.
    pub(super) fn new(sandbox: Sandbox, mut random: Random) -> Self {
        let strikes = strikes(&mut random);
        Self {
            earlier: if strikes.is_empty() { Vec::new() } else { vec![sandbox.moment()] },
            sandbox,
            random,
            strikes,
            interference: None,
            interferes: false,
            exchanges: Vec::new(),
            story: Vec::new(),
            lag: None,
            late: Vec::new(),
            answer_time: ANSWER_TIME,
        }
    }

    /// Whether nothing goes wrong in this run.
    pub(super) fn is_sound(&self) -> bool {
        self.strikes.is_empty() && !self.interferes
    }

    /// Lets somebody else act on the account during the run.
    pub(super) fn let_interfere(&mut self, interference: Interference) {
        self.interference = Some(interference);
        self.interferes = true;
    }

    /// Whether somebody else may act on the account during the run.
    pub(super) fn interferes(&self) -> bool {
        self.interferes
    }

    /// Lets everything that was delayed happen.
    pub(super) fn settle(&mut self) {
        self.carry_out_late(Duration::MAX);
    }

    fn carry_out_late(&mut self, until: Duration) {
        self.late.sort_by_key(|late| late.due);
        while self.late.first().is_some_and(|late| late.due <= until) {
            let Late { due, exchange, request } = self.late.remove(0);
            self.exchanges[exchange].is_late = true;
            let delivery = self.carry(&request, exchange);
            self.story.push(format!(
                "{:>8.2}s request {} is carried out: {}",
                due.as_secs_f64(),
                exchange + 1,
                brief(&delivery)
            ));
        }
    }

    /// Hands a request to the sandbox, and counts it if it is carried out.
    fn carry(&mut self, request: &http::Request<Bytes>, exchange: usize) -> Carried {
        let delivery = self.sandbox.answer_in_process(request.clone());
        self.exchanges[exchange].carried_out += u32::from(delivery.carried_out);
        delivery
    }

    /// Answers a read from one of the earlier states.
    fn read_earlier(&mut self, request: &http::Request<Bytes>, state: usize) -> Carried {
        let now = self.sandbox.moment();
        self.sandbox.back_to(&self.earlier[state]);
        let delivery = self.sandbox.answer_in_process(request.clone());
        self.sandbox.back_to(&now);
        delivery
    }

    /// Carries a request with which this goes wrong.
    fn carry_wrongly(&mut self, request: &http::Request<Bytes>, wrong: Wrong, since: Duration) -> Option<Carried> {
        let exchange = self.exchanges.len() - 1;
        let of_connection = |sandbox: &Sandbox| {
            let fault = sandbox.on_any().next(1);
            drop(match wrong {
                Wrong::Lost { silence: false } => fault.lose_answer(),
                Wrong::Lost { silence: true } => fault.hang().carried_out(),
                Wrong::Dropped { silence: false } => fault.refuse_before(),
                Wrong::Dropped { silence: true } => fault.hang(),
                Wrong::Cut(bytes) => fault.cut_body(bytes),
                Wrong::Status(status, false) => fault.status(status),
                Wrong::Status(status, true) => fault.status(status).carried_out(),
                Wrong::Html(false) => fault.html(502),
                Wrong::Html(true) => fault.html(200).carried_out(),
                Wrong::Slow(time) => fault.delay(time),
                _ => return false,
            });
            true
        };
        if of_connection(&self.sandbox) {
            let delivery = self.carry(request, exchange);
            self.sandbox.faults().clear();
            return Some(delivery);
        }
        self.sandbox.faults().clear();
        let arrival = |arrival| Some(Carried { after: Duration::ZERO, carried_out: false, arrival });
        match wrong {
            Wrong::Late { silence, after } => {
                self.late.push(Late { due: since + after, exchange, request: request.clone() });
                arrival(if silence { Arrival::Nothing } else { Arrival::Lost })
            }
            Wrong::Twice { first } => {
                let (one, other) = (self.carry(request, exchange), self.carry(request, exchange));
                Some(if first { one } else { other })
            }
            Wrong::TwiceLate(after) => {
                self.late.push(Late { due: since + after, exchange, request: request.clone() });
                Some(self.carry(request, exchange))
            }
            Wrong::Lags(time) => {
                self.lag = Some((since + time, self.earlier.len() - 1));
                if request.method() == Method::GET {
                    self.exchanges[exchange].is_stale = true;
                    return Some(self.read_earlier(request, self.earlier.len() - 1));
                }
                Some(self.carry(request, exchange))
            }
            Wrong::Unfiltered => {
                self.exchanges[exchange].is_stale = true;
                let mut unfiltered = request.clone();
                *unfiltered.uri_mut() = request.uri().path().parse().expect("the path of a URI");
                Some(self.carry(&unfiltered, exchange))
            }
            Wrong::Short(says) => {
                let mut delivery = self.carry(request, exchange);
                self.exchanges[exchange].is_stale |= shorten(&mut delivery, says);
                Some(delivery)
            }
            _ => None,
        }
    }

    fn draw(&mut self, is_read: bool) -> Wrong {
        let random = &mut self.random;
        let seconds = |random: &mut Random| Duration::from_secs(random.pick(&[1, 5, 15, 40, 70, 200]));
        let silence = random.one_in(3);
        let of_any = random.below(if is_read { 17 } else { 20 });
        match of_any {
            0..=2 => Wrong::Lost { silence },
            3 => Wrong::Dropped { silence },
            4 => Wrong::NeverConnected,
            5 | 6 => Wrong::Cut(random.below(80)),
            7 | 8 => Wrong::Status(random.pick(&[500, 502, 503, 429, 408, 504]), false),
            9 => Wrong::Html(random.one_in(2)),
            10 => Wrong::Slow(seconds(random)),
            11..=13 => Wrong::Lags(Duration::from_secs(random.pick(&[0, 2, 5, 20, 60, 1_000]))),
            16 if is_read => Wrong::Unfiltered,
            _ if is_read => Wrong::Short(random.pick(&[Says::Nothing, Says::Total, Says::HasMore])),
            14 | 15 => Wrong::Late { silence, after: seconds(random) },
            16 | 17 => Wrong::Twice { first: random.one_in(2) },
            18 => Wrong::TwiceLate(seconds(random)),
            // That a server refuses with a 429 what it has carried out is rarer than the other statuses.
            _ if random.one_in(6) => Wrong::Status(429, true),
            _ => Wrong::Status(random.pick(&[500, 502, 503, 504]), true),
        }
    }
}

impl ModelServer for Network {
    fn play(&mut self, request: &Request, since: Duration, _: &mut Choices) -> Reply {
        self.carry_out_late(since);
        let number = self.exchanges.len() + 1;
        if let Some(interference) = self.interference.take_if(|interference| interference.before == number) {
            self.story.push(format!("{:>8.2}s meanwhile: {}", since.as_secs_f64(), interference.name));
            (interference.act)(&self.sandbox);
        }
        let is_read = request.method() == Method::GET;
        if !is_read && !self.strikes.is_empty() {
            self.earlier.push(self.sandbox.moment());
        }
        self.exchanges.push(exchange(request, since));
        let sent = to_http(request);
        let lagging = self.lag.filter(|(until, _)| is_read && since < *until);
        let wrong = self.strikes.contains(&number).then(|| self.draw(is_read));
        let delivery = match (wrong, lagging) {
            (Some(wrong), _) => self.carry_wrongly(&sent, wrong, since),
            (None, Some((_, state))) => {
                self.exchanges[number - 1].is_stale = true;
                Some(self.read_earlier(&sent, state))
            }
            (None, None) => Some(self.carry(&sent, number - 1)),
        };
        let time = request.timeout().copied().unwrap_or(Duration::MAX);
        self.answer_time = ANSWER_TIME + delivery.as_ref().map_or(Duration::ZERO, |delivery| delivery.after);
        let silence = delivery.as_ref().is_some_and(|delivery| matches!(delivery.arrival, Arrival::Nothing));
        let arrives = !silence && self.answer_time <= time;
        let url = request.url();
        self.story.push(format!(
            "{:>8.2}s request {number}: {} {}{}{} -> {}{}",
            since.as_secs_f64(),
            request.method(),
            url.path(),
            url.query().map_or(String::new(), |query| format!("?{query}")),
            wrong.map_or(String::new(), |wrong| format!(", {wrong:?}")),
            delivery.as_ref().map_or("no connection".to_owned(), brief),
            if arrives { "" } else { ", not in time" },
        ));
        let exchange = &mut self.exchanges[number - 1];
        exchange.ended = since + if arrives { self.answer_time } else { time };
        let Some(delivery) = delivery else {
            exchange.connected = false;
            return Reply::NeverConnected;
        };
        if let Arrival::Answer(answer) | Arrival::Cut(answer, _) = &delivery.arrival {
            exchange.succeeded = arrives && answer.status().is_success();
        }
        match delivery.arrival {
            Arrival::Answer(answer) => {
                let body = serde_json::from_slice(answer.body()).unwrap_or_default();
                exchange.arrived = arrives.then_some((answer.status().as_u16(), body));
                Reply::Whole(answer)
            }
            Arrival::Cut(answer, bytes) => Reply::Cut(answer, bytes),
            Arrival::Refused | Arrival::Lost => Reply::Broken,
            Arrival::Nothing => Reply::TimedOut,
        }
    }

    fn answer_time(&self) -> Duration {
        self.answer_time
    }
}

/// The requests with which something goes wrong: none to four, close together or not.
fn strikes(random: &mut Random) -> Vec<usize> {
    let count = random.pick(&[0, 1, 1, 2, 2, 2, 3, 3, 4]);
    let first = 1 + random.below(3);
    let within = random.pick(&[4, 8, 14]);
    let in_a_row = random.one_in(2);
    (0..count).map(|index| if in_a_row { first + index } else { 1 + random.below(within) }).collect()
}

fn exchange(request: &Request, since: Duration) -> Exchange {
    let key = request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    Exchange {
        method: request.method().clone(),
        path: request.url().path().to_owned(),
        key: key.unwrap_or_default().trim_start_matches("Bearer ").to_owned(),
        sent: serde_json::from_slice(body).unwrap_or_default(),
        at: since,
        ended: since,
        connected: true,
        carried_out: 0,
        succeeded: false,
        arrived: None,
        is_stale: false,
        is_late: false,
    }
}

fn to_http(request: &Request) -> http::Request<Bytes> {
    let url = request.url();
    let target = url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    let mut sent = http::Request::new(Bytes::copy_from_slice(body));
    *sent.method_mut() = request.method().clone();
    *sent.uri_mut() = target.parse().expect("the path of a URL");
    *sent.headers_mut() = request.headers().clone();
    sent
}

/// Takes the last item out of a list; returns false if there is none.
fn shorten(delivery: &mut Carried, says: Says) -> bool {
    let Arrival::Answer(answer) = &mut delivery.arrival else { return false };
    let Ok(mut body) = serde_json::from_slice::<Value>(answer.body()) else { return false };
    let Some(items) = body["data"].as_array_mut() else { return false };
    if items.pop().is_none() {
        return false;
    }
    let left = items.len();
    if matches!(says, Says::HasMore) {
        body["has_more"] = json!(true);
    }
    if matches!(says, Says::Nothing) && !body["total"].is_null() {
        body["total"] = json!(left);
    }
    *answer.body_mut() = body.to_string().into();
    true
}

/// What arrives, in few words.
fn brief(delivery: &Carried) -> String {
    let shown = |answer: &http::Response<Bytes>| {
        let body: String = String::from_utf8_lossy(answer.body()).chars().take(300).collect();
        format!("{} {body}", answer.status().as_u16())
    };
    match &delivery.arrival {
        Arrival::Answer(answer) => shown(answer),
        Arrival::Cut(answer, bytes) => format!("{bytes} bytes of {}", shown(answer)),
        Arrival::Refused | Arrival::Lost => "the connection breaks".to_owned(),
        Arrival::Nothing => "nothing".to_owned(),
    }
}
