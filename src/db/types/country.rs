//! Countries.

use super::text_enum;

text_enum! {
    /// A country.
    Country, "countries", "ISO 3166-1 alpha-3" {
        Prk = "PRK": "North Korea",
        Kor = "KOR": "South Korea",
        Chn = "CHN": "China",
        Mng = "MNG": "Mongolia",
        Lao = "LAO": "Laos",
        Tha = "THA": "Thailand",
    }
}
