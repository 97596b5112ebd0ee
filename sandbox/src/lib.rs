//! A stateful imitation of the Imprint API on loopback, for tests.
