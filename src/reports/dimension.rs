//! What a report tells apart.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::db::types::{CodeList as _, text_enum};

text_enum! {
    /// What cases are counted by.
    Dimension, "report_dimensions", "Waystation" {
        Hub = "hub": "The hub that helps",
        Stage = "stage": "Stage",
        Status = "status": "Status",
        DestinationCountry = "destination_country": "Where they mean to live",
        Sex = "sex": "Sex",
        AgeBand = "age_band": "Age band",
    }
}

impl Dimension {
    /// The name of its column in a file.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::Hub => "hub_id",
            other => other.code(),
        }
    }
}

/// Several, each once, in their own order and not in that of the request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Dimensions(Vec<Dimension>);

impl Dimensions {
    /// The dimensions.
    pub fn iter(&self) -> impl Iterator<Item = Dimension> + '_ {
        self.0.iter().copied()
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn has(&self, dimension: Dimension) -> bool {
        self.0.contains(&dimension)
    }

    /// Whether what a case is without its stages is told apart too.
    #[must_use]
    pub fn tell_persons_apart(&self) -> bool {
        [Dimension::DestinationCountry, Dimension::Sex, Dimension::AgeBand].iter().any(|one| self.has(*one))
    }
}

impl Default for Dimensions {
    fn default() -> Self {
        Self(vec![Dimension::Hub, Dimension::Stage, Dimension::Status])
    }
}

impl FromStr for Dimensions {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut dimensions = text
            .split(',')
            .map(str::parse::<Dimension>)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("{error}; separate several by commas"))?;
        dimensions.sort_unstable();
        dimensions.dedup();
        Ok(Self(dimensions))
    }
}

impl TryFrom<String> for Dimensions {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Dimensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|one| one.code()).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_they_are_asked_for_they_stand_in_one_order() {
        let dimensions: Dimensions = "sex,stage,sex,hub".parse().unwrap();
        assert_eq!(dimensions.to_string(), "hub,stage,sex");
        assert!(dimensions.tell_persons_apart());
        assert!(!Dimensions::default().tell_persons_apart());
    }

    #[test]
    fn what_is_none_of_them_is_refused_and_not_repeated() {
        for text in ["", "stage,", "name", "stage, sex", "Stage"] {
            let error = text.parse::<Dimensions>().unwrap_err();
            assert!(error.contains("hub stage status destination_country sex age_band"), "{error}");
            assert!(!error.contains("name"), "{error}");
        }
    }
}
