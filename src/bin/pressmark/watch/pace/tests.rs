//! Stories of what happens to a folder, in milliseconds, and when the runs begin.

use super::*;

/// What happens.
#[derive(Debug, Clone, Copy)]
enum Act {
    Change,
    Removals(u64),
    Lost,
    Gone,
    Back,
    Owe,
    /// From now on runs take so long.
    Take(u64),
    /// From now on runs end like that.
    End(Outcome<'static>),
}

use Act::{Back, Change, End, Gone, Lost, Owe, Removals, Take};

const fn ms(number: u64) -> Moment {
    Moment::from_millis(number)
}

/// Plays a story to its end. Gives when each run began, and whether its end was worth telling.
fn play(mut pace: Pace, story: &[(u64, Act)], until: u64) -> Vec<(u64, bool)> {
    let mut story = story.to_vec();
    story.sort_by_key(|(at, _)| *at);
    let mut acts = story.into_iter().peekable();
    let (mut took, mut outcome) = (10, Outcome::Done);
    let mut under_way: Option<(u64, u64)> = None;
    let mut runs = Vec::new();
    for now in 0..until {
        while let Some((_, act)) = acts.next_if(|(at, _)| *at <= now) {
            let change = |removals| Changes {
                first: ms(now),
                last: ms(now),
                removals,
            };
            match act {
                Change => pace.changed(change(0)),
                Removals(number) => pace.changed(change(number)),
                Lost => pace.lost(),
                Gone => assert!(pace.folder(false, ms(now))),
                Back => assert!(pace.folder(true, ms(now))),
                Owe => pace.owe(),
                Take(time) => took = time,
                End(kind) => outcome = kind,
            }
        }
        if let Some((began, end)) = under_way
            && now >= end
        {
            runs.push((began, pace.ended(outcome, ms(began), ms(now))));
            under_way = None;
        }
        if under_way.is_none() && pace.next(ms(now)) == Next::Run {
            pace.begin();
            under_way = Some((now, now + took));
        }
    }
    runs
}

fn starts(story: &[(u64, Act)], until: u64) -> Vec<u64> {
    let runs = play(Pace::new(None), story, until);
    runs.into_iter().map(|(began, _)| began).collect()
}

/// A name, what happens, until when, and when runs begin.
type Story = (&'static str, &'static [(u64, Act)], u64, &'static [u64]);
/// A name, how often to poll, what happens, and which ends are told.
type Telling = (
    &'static str,
    Option<u64>,
    &'static [(u64, Act)],
    &'static [bool],
);

const FAILED: Act = End(Outcome::Failed("no"));

#[test]
fn runs_begin_when_they_should() {
    /// The first run is made at once, and followed by the one that trusts young files.
    const SETTLED: u64 = 10 + 3_100;
    let stories: &[Story] = &[
        ("nothing happens", &[], 500_000, &[0, SETTLED]),
        (
            "a change is waited for until it is quiet, and then made sure of",
            &[(10_000, Change)],
            100_000,
            &[0, SETTLED, 10_150, 10_160 + 3_100],
        ),
        (
            "some changes in a row are one",
            &[(10_000, Change), (10_100, Change), (10_200, Change)],
            13_000,
            &[0, SETTLED, 10_350],
        ),
        (
            "a change during a run is the next run's",
            &[(9_000, Take(400)), (10_000, Change), (10_200, Change)],
            13_000,
            &[0, SETTLED, 10_150, 10_950],
        ),
        (
            "a change puts the making sure off",
            &[(1_000, Change), (3_000, Change)],
            20_000,
            &[0, 1_150, 3_150, 3_160 + 3_100],
        ),
        (
            "long runs leave a pause as long as they are, but for the first",
            &[(0, Take(5_000)), (1_000, Change), (11_000, Change)],
            20_500,
            &[0, 5_000, 15_000],
        ),
        (
            "removals are waited for longer, so that the guard sees them as a whole",
            &[
                (10_000, Removals(15)),
                (10_400, Removals(15)),
                (10_800, Removals(1)),
            ],
            13_000,
            &[0, SETTLED, 10_150, 10_550, 10_950],
        ),
        (
            "many removals at once",
            &[
                (10_000, Removals(25)),
                (10_400, Removals(25)),
                (10_800, Removals(1)),
            ],
            13_000,
            &[0, SETTLED, 11_300],
        ),
        (
            "lost events are a reason to look at everything, at once",
            &[(10_000, Lost)],
            13_000,
            &[0, SETTLED, 10_000],
        ),
        (
            "a run that loses events every time is made less and less often",
            &[
                (10_000, Lost),
                (10_005, Lost),
                (11_012, Lost),
                (13_022, Lost),
                (60_000, Lost),
            ],
            62_000,
            &[0, SETTLED, 10_000, 11_010, 13_020, 17_030, 25_040, 60_000],
        ),
        (
            "nothing is run while the folder is gone; it is when it is back",
            &[
                (10_000, Change),
                (10_050, Gone),
                (11_000, Change),
                (20_000, Back),
            ],
            30_000,
            &[0, SETTLED, 20_000, 20_010 + 3_100],
        ),
        (
            "a failed run is not repeated before something changes",
            &[(9_000, FAILED), (10_000, Change), (60_000, Change)],
            65_000,
            &[0, SETTLED, 10_150, 60_150],
        ),
        (
            "what streams in and fails every time is tried less and less often",
            &[
                (9_000, FAILED),
                (10_000, Change),
                (10_160, Change),
                (11_170, Change),
                (13_180, Change),
                (17_190, Change),
            ],
            20_000,
            &[0, SETTLED, 10_150, 11_160, 13_170, 17_180],
        ),
        (
            "another writer is waited for",
            &[
                (9_000, End(Outcome::Locked)),
                (10_000, Change),
                (12_000, End(Outcome::Done)),
            ],
            20_000,
            &[0, SETTLED, 10_150, 11_160, 12_170, 12_180 + 3_100],
        ),
        (
            "a new configuration is a reason",
            &[(10_000, Owe)],
            13_000,
            &[0, SETTLED, 10_000],
        ),
        (
            "now and then it looks unasked",
            &[],
            1_300_000,
            &[0, SETTLED, 603_120, 1_203_130],
        ),
    ];
    for (name, story, until, expected) in stories {
        assert_eq!(starts(story, *until), *expected, "{name}");
    }
}

/// Whatever the rhythm, a change is looked at by a run that begins no later than patience, the
/// run under way and the pause after it allow.
#[test]
fn a_steady_stream_is_served_while_it_lasts() {
    for (gap, took) in [(1, 10), (20, 10), (100, 200), (149, 450)] {
        let mut story: Vec<_> = (0..20_000 / gap).map(|at| (at * gap, Change)).collect();
        story.push((0, Take(took)));
        let starts = starts(&story, 20_000);
        let longest = starts.windows(2).map(|pair| pair[1] - pair[0]).max();
        let allowed = (took + gap + 500).max(2 * took);
        assert!(longest <= Some(allowed), "{gap} {took}: {starts:?}");
        assert!(starts.len() as u64 >= 20_000 / allowed, "{starts:?}");
    }
}

#[test]
fn a_burst_of_ten_thousand_takes_few_runs() {
    // In the order of time and not, all at once and over some seconds.
    for spread in [1, 400, 3_000] {
        let story: Vec<_> = (0..10_000)
            .map(|number| (10_000 + number * 7_919 % spread, Change))
            .collect();
        let starts = starts(&story, 60_000);
        let last = *starts.last().unwrap();
        assert!(starts.len() < 3 + 8, "{spread}: {starts:?}");
        assert!(last > 10_000 + spread + 3_000, "{spread}: {starts:?}");
    }
}

#[test]
fn what_nobody_asked_for_again_is_told_once() {
    let cases: &[Telling] = &[
        (
            "another writer",
            None,
            &[(0, End(Outcome::Locked))],
            &[true, false, false, false, false],
        ),
        (
            "a failure that polling meets again",
            Some(2_000),
            &[(0, FAILED)],
            &[true, false, false],
        ),
        (
            "a failure of another kind",
            Some(2_000),
            &[(0, FAILED), (3_000, End(Outcome::Failed("nor this")))],
            &[true, false, true],
        ),
        (
            "a failure that a change brings again",
            None,
            &[(0, FAILED), (1_500, Change), (4_000, Change)],
            &[true, true, true],
        ),
    ];
    for (name, poll, story, expected) in cases {
        let runs = play(Pace::new(poll.map(ms)), story, 5_000);
        let told: Vec<_> = runs.into_iter().map(|(_, told)| told).collect();
        assert_eq!(told, *expected, "{name}");
    }
}

#[test]
fn polling_leaves_time_for_others() {
    let mut pace = Pace::new(None);
    pace.poll(ms(1_000), Moment::ZERO);
    let runs = play(pace, &[(0, Take(100)), (5_000, Take(900))], 12_000);
    let starts: Vec<_> = runs.into_iter().map(|(began, _)| began).collect();
    assert_eq!(starts, [0, 1_100, 2_200, 3_300, 4_400, 5_500, 10_900]);
}

#[test]
fn the_folder_is_news_once() {
    let mut pace = Pace::new(None);
    for (is_there, is_news) in [(true, false), (false, true), (false, false), (true, true)] {
        assert_eq!(pace.folder(is_there, ms(1)), is_news);
        assert_eq!(pace.is_gone(), !is_there);
    }
}
