//! Logistic regression by Newton's method (iteratively reweighted least squares), with a penalty
//! of `RIDGE` on the squares of the weights; deterministic.

const RIDGE: f64 = 0.1;
const ROUNDS: usize = 25;

/// The weights that make the rows likeliest.
pub fn fit<const N: usize>(rows: &[([f64; N], bool)]) -> [f64; N] {
    let mut weights = [0.0; N];
    for _ in 0..ROUNDS {
        let mut gradient = [0.0; N];
        let mut curvature = [[0.0; N]; N];
        for (row, is_so) in rows {
            let sum: f64 = row
                .iter()
                .zip(&weights)
                .map(|(number, weight)| number * weight)
                .sum();
            let likely = 1.0 / (1.0 + (-sum).exp());
            let error = f64::from(u8::from(*is_so)) - likely;
            let spread = likely * (1.0 - likely);
            for a in 0..N {
                gradient[a] += error * row[a];
                for b in 0..N {
                    curvature[a][b] += spread * row[a] * row[b];
                }
            }
        }
        for at in 0..N {
            gradient[at] -= RIDGE * weights[at];
            curvature[at][at] += RIDGE;
        }
        let step = solve(curvature, gradient);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight += step;
        }
    }
    weights
}

/// Solves `matrix × x = right` by elimination; the matrix is positive definite.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for pivot in 0..N {
        for row in pivot + 1..N {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            for column in pivot..N {
                matrix[row][column] -= factor * matrix[pivot][column];
            }
            right[row] -= factor * right[pivot];
        }
    }
    for pivot in (0..N).rev() {
        for column in pivot + 1..N {
            right[pivot] -= matrix[pivot][column] * right[column];
        }
        right[pivot] /= matrix[pivot][pivot];
    }
    right
}
