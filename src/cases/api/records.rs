//! Sealed records: one resource a field group, each with its own permissions and its own entries on
//! the log.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, AllOfBuilder, ObjectBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};
use zeroize::Zeroizing;

use super::NamedCase;
use crate::access::permissions as may;
use crate::access::{CaseId, Permission, Permit, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::cases::merging;
use crate::cases::records::{
    Contact, Family, Health, Identity, Legal, Passage, PatchError, Protection, Record, merge_patch,
};
use crate::cases::search::duplicates;
use crate::cases::search::terms::Searched;
use crate::cases::store::{self, records};
use crate::crypto::Written;
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::body::LARGEST;
use crate::http::describe::example_of;
use crate::http::path::PathSegment;
use crate::http::reply::HasVersion;
use crate::http::{Body, Given, IfMatch, ListQuery, Page, Path, Unfiltered, Versioned, WriteCondition};

/// A record with the permissions that open and write it.
pub trait SealedGroup: Record + Searched {
    /// Opens it.
    type Read: Permission;
    /// Writes it.
    type Write: Permission;
}

macro_rules! sealed_groups {
    ($($record:ty: $read:ident $write:ident;)+) => {$(
        impl SealedGroup for $record {
            type Read = may::$read;
            type Write = may::$write;
        }
    )+};
}

sealed_groups! {
    Identity: IdentityRead IdentityWrite;
    Contact: ContactRead ContactWrite;
    Family: FamilyRead FamilyWrite;
    Protection: ProtectionRead ProtectionWrite;
    Health: HealthRead HealthWrite;
    Legal: LegalRead LegalWrite;
    Passage: PassageRead PassageWrite;
}

/// A version of a record, without what it says.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "version": 2, "recorded_at": "2006-08-02T10:00:00.000000Z", "recorded_by": "2b5w8z0v4n9qx2c7m1b6t8r4ye"
}))]
pub struct RecordVersion {
    /// Its number, as in the ETag; 0 where nobody has written the record yet.
    version: i64,
    /// When it was written.
    recorded_at: Option<Timestamp>,
    /// Who wrote it.
    recorded_by: Option<UserId>,
}

impl RecordVersion {
    fn new(written: Option<Written>) -> Self {
        match written {
            None => Self { version: 0, recorded_at: None, recorded_by: None },
            Some(Written { version, at, by }) => {
                Self { version, recorded_at: Some(at), recorded_by: Some(by) }
            }
        }
    }
}

impl HasVersion for RecordVersion {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A version in the list of a record's versions.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "version": 2, "recorded_at": "2006-08-02T10:00:00.000000Z", "recorded_by": "2b5w8z0v4n9qx2c7m1b6t8r4ye",
    "of": null
}))]
pub struct ListedVersion {
    /// Its number among those of its case.
    version: i64,
    /// When it was written.
    recorded_at: Timestamp,
    /// Who wrote it.
    recorded_by: UserId,
    /// The case that it was written for, where that was merged into this one: it is opened under that case's code.
    /// Null for a version of the case itself.
    of: Option<NamedCase>,
}

/// A record, opened.
#[derive(Serialize)]
pub struct OpenedRecord<R: Record> {
    /// Its version, as in the ETag; 0 where nobody has written the record yet.
    version: i64,
    /// When this version was written.
    recorded_at: Option<Timestamp>,
    /// Who wrote this version.
    recorded_by: Option<UserId>,
    /// What it says.
    record: R,
}

impl<R: Record> HasVersion for OpenedRecord<R> {
    fn version(&self) -> i64 {
        self.version
    }
}

/// By hand, because the derived schemas of all groups would have one name.
impl<R: Record> PartialSchema for OpenedRecord<R> {
    fn schema() -> RefOr<Schema> {
        let record =
            ObjectBuilder::new().property("record", Ref::from_schema_name(R::name())).required("record");
        let example = example_of::<RecordVersion>().zip(example_of::<R>()).map(|(mut opened, record)| {
            opened["record"] = record;
            opened
        });
        AllOfBuilder::new()
            .item(Ref::from_schema_name(RecordVersion::name()))
            .item(record)
            .description(Some("A record, opened."))
            .examples(example)
            .into()
    }
}

impl<R: Record> ToSchema for OpenedRecord<R> {
    fn name() -> Cow<'static, str> {
        format!("Opened{}", R::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((R::name().into_owned(), R::schema()));
        schemas.push((RecordVersion::name().into_owned(), RecordVersion::schema()));
        R::schemas(schemas);
        RecordVersion::schemas(schemas);
    }
}

/// A merge patch (RFC 7396) of a record.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct RecordPatch<R> {
    patch: Value,
    #[serde(skip)]
    record: PhantomData<R>,
}

impl<R: Record> PartialSchema for RecordPatch<R> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .description(Some("Members of the record as they are to be; `null` removes one (RFC 7396)."))
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .examples(example_of::<R>())
            .into()
    }
}

impl<R: Record> ToSchema for RecordPatch<R> {
    fn name() -> Cow<'static, str> {
        format!("{}Patch", R::name()).into()
    }
}

/// Number of a version in an address.
#[derive(Clone, Copy)]
pub struct VersionNumber(i64);

impl PathSegment for VersionNumber {
    const ABOUT: &'static str = "Number of the version.";

    fn parse(text: &str) -> Result<Self> {
        text.parse().ok().filter(|number| *number >= 1).map(Self).ok_or_else(Error::not_found)
    }

    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        <i64 as utoipa::PartialSchema>::schema()
    }
}

/// Which version of a record to open.
#[derive(Clone, Copy)]
enum Wanted {
    Newest,
    Numbered(i64),
    /// The newest, if it is the one that the client has seen. What is stale is opened by nobody.
    Seen(IfMatch),
}

async fn open<R: SealedGroup, P: Permission>(
    permit: Permit<P>,
    app: &App,
    reference: CaseRef,
    wanted: Wanted,
) -> Result<(CaseId, OpenedRecord<R>)> {
    let event = Event::new(Action::RecordRead).asked_for(reference).group(R::GROUP);
    let read = app.db.read(permit, event, move |tx, permit| {
        let case = store::find_opening(tx, permit, &reference, R::GROUP)?;
        let number = if let Wanted::Numbered(number) = wanted { Some(number) } else { None };
        let sealed = records::sealed::<R>(tx, &case, number)?;
        if let Wanted::Seen(version) = wanted {
            version.check(sealed.written().map_or(0, |written| written.version))?;
        }
        Ok((case.id, sealed))
    });
    let seen = read.await?;
    let (case, sealed) = seen.value;
    let written = RecordVersion::new(sealed.written());
    let record = sealed.open(&app.keyring, &seen.receipt)?;
    let opened = OpenedRecord {
        version: written.version,
        recorded_at: written.recorded_at,
        recorded_by: written.recorded_by,
        record,
    };
    Ok((case, opened))
}

/// `GET /v1/cases/{case}/identity` and the other groups
pub async fn get_record<R: SealedGroup>(
    permit: Permit<R::Read>,
    app: Data<App>,
    path: Path<CaseRef>,
) -> Result<Versioned<OpenedRecord<R>>> {
    open(permit, &app, path.0, Wanted::Newest).await.map(|(_, opened)| Versioned::read(opened))
}

/// `GET /v1/cases/{case}/identity/versions/{version}` and the other groups
pub async fn get_record_version<R: SealedGroup>(
    permit: Permit<R::Read>,
    app: Data<App>,
    path: Path<(CaseRef, VersionNumber)>,
) -> Result<Versioned<OpenedRecord<R>>> {
    let (reference, number) = path.0;
    let (_, opened) = open(permit, &app, reference, Wanted::Numbered(number.0)).await?;
    Ok(Versioned::read(opened))
}

/// `GET /v1/cases/{case}/identity/versions` and the other groups
///
/// The case's own, then those of cases that were merged into it, as far as one may open them.
pub async fn list_record_versions<R: SealedGroup>(
    permit: Permit<R::Read>,
    app: Data<App>,
    path: Path<CaseRef>,
    query: ListQuery<Unfiltered>,
) -> Result<Page<ListedVersion>> {
    let (reference, limit, start) = (path.0, query.page.limit(), query.page.start()?);
    let event = Event::new(Action::RecordVersions).asked_for(reference).group(R::GROUP);
    let seen = app.db.read(permit, event, move |tx, permit| {
        let case = store::find_opening(tx, permit, &reference, R::GROUP)?;
        let (mut cases, mut merged) = (vec![case.id], BTreeMap::new());
        for (id, code) in merging::store::merged_into(tx, case.id)? {
            if store::opens_merged(tx, permit, id, Some(R::GROUP))? {
                cases.push(id);
                merged.insert(id, code);
            }
        }
        Ok((records::versions(tx, &cases, R::GROUP, start, limit + 1)?, merged))
    });
    let (versions, merged) = seen.await?.value;
    let view = |(case, written): (CaseId, Written)| ListedVersion {
        version: written.version,
        recorded_at: written.at,
        recorded_by: written.by,
        of: merged.get(&case).map(|code| NamedCase { id: case, code: *code }),
    };
    Page::of(versions, &query.page, |(case, written)| (*case, written.version), view)
}

async fn write<R: SealedGroup>(
    permit: Permit<R::Write>,
    app: &App,
    reference: CaseRef,
    condition: WriteCondition,
    record: R,
) -> Result<Given<RecordVersion>> {
    refuse_longer_than_a_body(&record)?;
    let keyring = Arc::clone(&app.keyring);
    let terms = record.terms();
    let event = Event::new(Action::RecordWrite).asked_for(reference).group(R::GROUP);
    let written = app.db.write(permit, event, move |tx, permit| {
        let case = store::find_opening(tx, permit, &reference, R::GROUP)?;
        let newest = records::newest_version(tx, &case, R::GROUP)?;
        condition.check(newest)?;
        let writer = permit.person()?;
        let written = records::insert(tx, &keyring, &case, &record, newest + 1, writer)?;
        Ok(Stored { case: case.id, version: RecordVersion::new(Some(written)) })
    });
    Ok(match written.await? {
        Given::Before(answer) => Given::Before(answer),
        Given::Now(Stored { case, version }) => {
            // Before the answer: the very next search finds what was written.
            if terms.is_some_and(|terms| app.search.note(case, version.version, terms)) {
                duplicates::note::after_writing(app, case).await;
            }
            Given::Now(version)
        }
    })
}

/// What a write hands out: the version, which is the answer, and the case that was found.
struct Stored {
    case: CaseId,
    version: RecordVersion,
}

impl Serialize for Stored {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.version.serialize(serializer)
    }
}

/// Patches must not add up to a record that no body could have brought, and that every small one copies whole.
fn refuse_longer_than_a_body(record: &impl Serialize) -> Result<()> {
    let json = Zeroizing::new(serde_json::to_vec(record).map_err(Error::internal)?);
    if json.len() <= LARGEST {
        return Ok(());
    }
    Err(Error::invalid_field(
        "",
        "The whole record would be longer than 1 MiB of JSON; shorten what is in it.",
    ))
}

/// `PUT /v1/cases/{case}/identity` and the other groups
pub async fn put_record<R: SealedGroup>(
    permit: Permit<R::Write>,
    app: Data<App>,
    path: Path<CaseRef>,
    condition: WriteCondition,
    body: Body<R>,
) -> Result<Versioned<RecordVersion>> {
    let record = body.0;
    let faults = record.check();
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    write(permit, &app, path.0, condition, record).await.map(Versioned)
}

/// `PATCH /v1/cases/{case}/identity` and the other groups
///
/// Opens the present version, which is on the log like any other opening, and stores what the patch
/// makes of it as the next one.
pub async fn patch_record<R: SealedGroup>(
    permit: Permit<R::Write>,
    app: Data<App>,
    path: Path<CaseRef>,
    if_match: IfMatch,
    body: Body<RecordPatch<R>>,
) -> Result<Versioned<RecordVersion>> {
    let reference = path.0;
    let (case, present) = open::<R, _>(permit.clone(), &app, reference, Wanted::Seen(if_match)).await?;
    let (origin, event) = (permit.origin(), Event::new(Action::RecordWrite).about(case).group(R::GROUP));
    let written = match merge_patch(&present.record, &body.0.patch) {
        Ok(record) => write(permit, &app, reference, WriteCondition::Version(if_match), record).await,
        Err(PatchError::Invalid(faults)) => Err(Error::invalid(faults)),
        Err(PatchError::Current(error)) => Err(Error::internal(error)),
    };
    app.db.recorded(event, origin, written).await.map(Versioned)
}
