//! Which shard this process should be according to the engine that started it: AWS Batch, Kubernetes and Slurm say so
//! in the environment.

use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroU32;

use thiserror::Error;

use super::choice::{ShardChoice, number};
use super::part::Shard;

/// Why an engine's environment names no shard.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShardError {
    /// None of the engines' variables is set.
    #[error(
        "--shard auto: none of AWS_BATCH_JOB_ARRAY_INDEX, JOB_COMPLETION_INDEX and SLURM_ARRAY_TASK_ID is set; \
         is this a task of an array?"
    )]
    NoIndex,
    /// The index is there without the count, which must not be taken for "all".
    #[error("--shard auto: {0} is set, but not {1}; say auto/N")]
    NoCount(&'static str, &'static str),
    /// A variable is not a number.
    #[error("--shard auto: {0}={1:?} is not the number of a shard")]
    NotANumber(&'static str, OsString),
    /// The engine's count is not the one asked for.
    #[error("--shard auto/{asked}: {engine} says that there are {found}")]
    OtherCount {
        /// The engine.
        engine: Engine,
        /// The count in `auto/N`.
        asked: NonZeroU32,
        /// The engine's.
        found: u32,
    },
    /// The index is not below the count.
    #[error("--shard auto: {engine} says that this is number {index} of {count}, counted from 0")]
    OutOfRange {
        /// The engine.
        engine: Engine,
        /// The index.
        index: u32,
        /// The count.
        count: u32,
    },
    /// Parts of the tree would be left to nobody.
    #[error(
        "--shard auto: Slurm's array is sparse ({count} tasks from {min} to {max} by {step}, this is {id}); \
         say --shard I/N for each task"
    )]
    Sparse {
        /// `SLURM_ARRAY_TASK_ID`
        id: u32,
        /// `SLURM_ARRAY_TASK_COUNT`
        count: u32,
        /// `SLURM_ARRAY_TASK_MIN`
        min: u32,
        /// `SLURM_ARRAY_TASK_MAX`
        max: u32,
        /// `SLURM_ARRAY_TASK_STEP`
        step: u32,
    },
}

/// What starts many processes and tells each of them which one it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// An array job of AWS Batch.
    AwsBatch,
    /// An Indexed Job of Kubernetes.
    Kubernetes,
    /// An array of Slurm.
    Slurm,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AwsBatch => "AWS Batch",
            Self::Kubernetes => "Kubernetes",
            Self::Slurm => "Slurm",
        })
    }
}

impl ShardChoice {
    /// The shard, and the engine that named it if one did; `variable` looks up the environment.
    ///
    /// # Errors
    ///
    /// When no engine names a shard, or one does so in a way that could leave pictures to nobody.
    pub fn resolve(
        self,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<(Shard, Option<Engine>), ShardError> {
        let asked = match self {
            Self::Given(shard) => return Ok((shard, None)),
            Self::Auto(asked) => asked,
        };
        let (engine, index, found) = detect(&Variables(&variable), asked)?;
        let count = match (asked, found) {
            (Some(asked), Some(found)) if asked.get() != found => {
                return Err(ShardError::OtherCount {
                    engine,
                    asked,
                    found,
                });
            }
            (asked, found) => found.or(asked.map(NonZeroU32::get)).unwrap_or(0),
        };
        let shard = Shard::new(index, count).ok_or(ShardError::OutOfRange {
            engine,
            index,
            count,
        })?;
        Ok((shard, Some(engine)))
    }
}

struct Variables<'a, F>(&'a F);

impl<F: Fn(&str) -> Option<OsString>> Variables<'_, F> {
    fn number(&self, name: &'static str) -> Result<Option<u32>, ShardError> {
        let Some(text) = (self.0)(name) else {
            return Ok(None);
        };
        match text.to_str().and_then(number) {
            Some(number) => Ok(Some(number)),
            None => Err(ShardError::NotANumber(name, text)),
        }
    }

    /// The number in `name`, which must be there, since `index` is.
    fn beside(&self, index: &'static str, name: &'static str) -> Result<u32, ShardError> {
        self.number(name)?.ok_or(ShardError::NoCount(index, name))
    }
}

/// The first engine that gives an index, that index from 0, and the count if the engine gives one or `asked` does not.
fn detect<F: Fn(&str) -> Option<OsString>>(
    variables: &Variables<'_, F>,
    asked: Option<NonZeroU32>,
) -> Result<(Engine, u32, Option<u32>), ShardError> {
    const AWS: (&str, &str) = ("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE");
    const KUBERNETES: &str = "JOB_COMPLETION_INDEX";
    const SLURM: &str = "SLURM_ARRAY_TASK_ID";
    if let Some(index) = variables.number(AWS.0)? {
        let count = match asked {
            Some(_) => variables.number(AWS.1)?,
            None => Some(variables.beside(AWS.0, AWS.1)?),
        };
        Ok((Engine::AwsBatch, index, count))
    } else if let Some(index) = variables.number(KUBERNETES)? {
        // A container is not told its Job's `completions`.
        if asked.is_none() {
            return Err(ShardError::NoCount(KUBERNETES, "the Job's completions"));
        }
        Ok((Engine::Kubernetes, index, None))
    } else if let Some(id) = variables.number(SLURM)? {
        let count = variables.beside(SLURM, "SLURM_ARRAY_TASK_COUNT")?;
        let min = variables.beside(SLURM, "SLURM_ARRAY_TASK_MIN")?;
        let max = variables.beside(SLURM, "SLURM_ARRAY_TASK_MAX")?;
        let step = variables.number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1);
        let dense = (min..=max).contains(&id)
            && step > 0
            && (id - min).is_multiple_of(step)
            && u64::from(count) == u64::from((max - min) / step) + 1;
        if !dense {
            return Err(ShardError::Sparse {
                id,
                count,
                min,
                max,
                step,
            });
        }
        Ok((Engine::Slurm, (id - min) / step, Some(count)))
    } else {
        Err(ShardError::NoIndex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `auto`, or `auto/asked`, makes of an environment.
    fn auto(asked: u32, environment: &[(&str, &str)]) -> Result<(String, Engine), ShardError> {
        let variable = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let (shard, engine) = ShardChoice::Auto(NonZeroU32::new(asked)).resolve(variable)?;
        Ok((shard.to_string(), engine.unwrap()))
    }

    fn slurm(
        id: &str,
        count: &str,
        min: &str,
        max: &str,
        step: &str,
    ) -> Vec<(&'static str, String)> {
        ["ID", "COUNT", "MIN", "MAX", "STEP"]
            .map(|name| match name {
                "ID" => "SLURM_ARRAY_TASK_ID",
                "COUNT" => "SLURM_ARRAY_TASK_COUNT",
                "MIN" => "SLURM_ARRAY_TASK_MIN",
                "MAX" => "SLURM_ARRAY_TASK_MAX",
                _ => "SLURM_ARRAY_TASK_STEP",
            })
            .into_iter()
            .zip([id, count, min, max, step].map(str::to_owned))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    fn auto_slurm(asked: u32, values: [&str; 5]) -> Result<(String, Engine), ShardError> {
        let [id, count, min, max, step] = values;
        let environment = slurm(id, count, min, max, step);
        let borrowed: Vec<_> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        auto(asked, &borrowed)
    }

    const AWS: [(&str, &str); 2] = [
        ("AWS_BATCH_JOB_ARRAY_INDEX", "7"),
        ("AWS_BATCH_JOB_ARRAY_SIZE", "10"),
    ];
    const KUBERNETES: [(&str, &str); 1] = [("JOB_COMPLETION_INDEX", "3")];

    #[test]
    fn engines_are_looked_for_in_order() {
        assert_eq!(auto(0, &AWS), Ok(("7/10".into(), Engine::AwsBatch)));
        assert_eq!(auto(4, &KUBERNETES), Ok(("3/4".into(), Engine::Kubernetes)));
        let mut all = slurm("5", "8", "1", "8", "1");
        assert_eq!(
            auto_slurm(0, ["5", "8", "1", "8", "1"]),
            Ok(("4/8".into(), Engine::Slurm))
        );
        all.extend(KUBERNETES.map(|(name, value)| (name, value.to_owned())));
        let borrowed: Vec<_> = all.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(auto(8, &borrowed), Ok(("3/8".into(), Engine::Kubernetes)));
        let borrowed = [borrowed.as_slice(), &AWS].concat();
        assert_eq!(auto(10, &borrowed), Ok(("7/10".into(), Engine::AwsBatch)));
    }

    #[test]
    fn slurm_arrays_may_begin_and_step_anywhere_but_not_have_holes() {
        for (values, shard) in [
            (["0", "32", "0", "31", "1"], "0/32"),
            (["31", "32", "0", "31", ""], "31/32"),
            (["12", "4", "0", "12", "4"], "3/4"),
            (["12", "4", "0", "15", "4"], "3/4"),
            (["9", "1", "9", "9", "1"], "0/1"),
        ] {
            assert_eq!(auto_slurm(0, values), Ok((shard.into(), Engine::Slurm)));
        }
        for values in [
            ["3", "2", "3", "7", "1"],
            ["3", "5", "0", "5", "1"],
            ["3", "3", "0", "8", "4"],
            ["9", "8", "0", "7", "1"],
            ["0", "8", "0", "7", "0"],
            ["5", "1", "9", "2", "1"],
        ] {
            assert!(
                matches!(auto_slurm(0, values), Err(ShardError::Sparse { .. })),
                "{values:?}"
            );
        }
    }

    #[test]
    fn an_index_without_a_count_is_never_all() {
        assert_eq!(auto(0, &[]), Err(ShardError::NoIndex));
        assert_eq!(auto(4, &[]), Err(ShardError::NoIndex));
        let no_count = |result| matches!(result, Err(ShardError::NoCount(..)));
        assert!(no_count(auto(0, &AWS[..1])));
        assert!(no_count(auto(0, &KUBERNETES)));
        assert!(no_count(auto_slurm(0, ["3", "", "0", "7", "1"])));
        assert!(no_count(auto_slurm(0, ["3", "8", "", "7", "1"])));
        assert_eq!(auto(10, &AWS[..1]), Ok(("7/10".into(), Engine::AwsBatch)));
        // In AWS Batch, a size without an index is that of a parent, which runs nothing.
        assert_eq!(auto(0, &AWS[1..]), Err(ShardError::NoIndex));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        assert!(matches!(auto(9, &AWS), Err(ShardError::OtherCount { .. })));
        let other = auto_slurm(16, ["0", "32", "0", "31", "1"]);
        assert!(matches!(other, Err(ShardError::OtherCount { .. })));
        assert!(matches!(
            auto(3, &KUBERNETES),
            Err(ShardError::OutOfRange { .. })
        ));
        for wrong in ["", "x", "-1", "+1", "1.0", "99999999999"] {
            let result = auto(4, &[("JOB_COMPLETION_INDEX", wrong)]);
            assert!(
                matches!(result, Err(ShardError::NotANumber(..))),
                "{wrong:?}"
            );
        }
    }
}
