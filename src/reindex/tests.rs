//! Runs over a corpus and an index that live in memory, can be broken on purpose, and are compared
//! with a fresh build.

mod behaviour;
mod fakes;
mod faults;
mod members;
mod model;
mod planning;
mod power;
mod stage;
mod story;
mod tags;
mod topics;
mod whole;
