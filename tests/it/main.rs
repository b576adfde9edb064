//! The program from outside: what it prints, where, and how it exits; and the rules of the house.

mod arguments;
mod documents;
mod export;
mod facets;
mod help;
mod hostile;
mod indexing;
mod search;
mod tidy;
mod world;
