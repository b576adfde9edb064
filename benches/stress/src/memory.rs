//! Memory over the run, and whether it stayed flat.

use std::time::Duration;

/// What of a growth is none: allocators round up, and a process of a few megabytes wobbles.
const SLACK_MB: f64 = 8.0;

/// How much a flat process may grow from the second quarter of the run to the last.
const GROWTH: f64 = 1.1;

/// Anonymous memory of some processes, taken again and again.
#[derive(Debug)]
pub struct Memory {
    processes: Vec<u32>,
    /// Megabytes of each process, in the order in which they were taken.
    samples: Vec<Vec<f64>>,
}

impl Memory {
    pub fn of(processes: Vec<u32>) -> Self {
        let samples = vec![Vec::new(); processes.len()];
        Self { processes, samples }
    }

    /// Takes one sample of each, and tells them.
    pub fn take(&mut self, after: Duration) -> String {
        let mut told = Vec::new();
        for (process, samples) in self.processes.iter().zip(&mut self.samples) {
            let now = anonymous(*process);
            samples.push(now);
            told.push(format!("{now:.1}"));
        }
        format!("{:5} s: {} MB", after.as_secs(), told.join(", "))
    }

    /// Whether every process stayed flat: in the last quarter of the run the median of its anonymous
    /// memory is at most a tenth, or 8 MB, above that in the second quarter. The first quarter is to
    /// warm up: the model and the index grow to their size in it, and searchers lay facets out.
    pub fn verdict(&self) -> (bool, String) {
        let mut is_flat = true;
        let mut told = Vec::new();
        for samples in &self.samples {
            let quarter = samples.len() / 4;
            let early = median(&samples[quarter..quarter * 2]);
            let late = median(&samples[quarter * 3..]);
            is_flat &= late <= (early * GROWTH).max(early + SLACK_MB);
            told.push(format!("{early:.1} to {late:.1}"));
        }
        let word = if is_flat { "flat" } else { "not flat" };
        let text = format!(
            "memory, second to last quarter, MB: {} ({word})",
            told.join(", ")
        );
        (is_flat, text)
    }
}

fn median(samples: &[f64]) -> f64 {
    let mut samples = samples.to_vec();
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or_default()
}

/// Memory of a process that no file lies behind, in megabytes; 0 where the system does not say.
fn anonymous(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}
