//! What can be on the log. A new audited action is one line here.

use crate::db::types::{CodeList as _, text_enum};

text_enum! {
    /// How it ended.
    Outcome, "audit_outcomes", "Waystation" {
        Done = "done": "It was seen or done",
        Refused = "refused": "It was asked for and denied",
        Failed = "failed": "It was tried and failed, as a wrong password does",
    }
}

text_enum! {
    /// What was seen or done.
    Action, "audit_actions", "Waystation" {
        SystemInit = "system.init": "The network was set up",
        SystemStart = "system.start": "A server started",
        SystemSeal = "system.seal": "The server was sealed: it wiped its keys, and answers nobody",
        SystemUnseal = "system.unseal": "The server was opened",
        UnsealShare = "unseal.share": "A share of the root key was handed in at a sealed server",
        UnsealPassphrase = "unseal.passphrase": "A passphrase was handed in at a sealed server",
        UnsealForget = "unseal.forget": "Shares that were handed in were forgotten, because too few others came in time",
        KeySplit = "key.split": "The root key was split anew: shares of earlier splits count no more",
        KeyPassphrase = "key.passphrase": "The root key was put under a passphrase",
        SystemMaintain = "system.maintain": "The server cleaned up after itself",
        AccessRefuse = "access.refuse": "A request was refused by role",
        SealBroken = "seal.broken": "A stored value did not open: it is damaged, or was changed past the program",
        AnswerRepeat = "answer.repeat": "The answer of an earlier request was given once more",
        SessionCreate = "session.create": "Logged in",
        SessionRefresh = "session.refresh": "A session was carried on",
        SessionReuse = "session.reuse": "A used refresh token came again: the session was ended",
        SessionList = "session.list": "Somebody listed their own sessions",
        SessionEnd = "session.end": "Logged out",
        FactorRead = "factor.read": "It was read how one stands with the second factor",
        FactorBegin = "factor.begin": "Enrolling a second factor was begun",
        FactorEnrol = "factor.enrol": "A second factor was enrolled",
        FactorGive = "factor.give": "A code of the second factor was given in a session",
        FactorCodes = "factor.codes": "New recovery codes were made",
        FactorRemove = "factor.remove": "A second factor was taken away by its user",
        FactorReset = "factor.reset": "A second factor was taken away by the operator",
        AccountRead = "account.read": "Own account was read",
        PasswordChange = "password.change": "A password was changed",
        UserList = "user.list": "Users were listed",
        UserRead = "user.read": "A user was read",
        UserCreate = "user.create": "A user was created",
        UserUpdate = "user.update": "A user's role or status was changed",
        UserPasswordReset = "user.password_reset": "A user's password was set by the operator",
        ApiKeyMake = "api_key.make": "A user made a key for a program",
        ApiKeyList = "api_key.list": "A user listed their keys for programs",
        ApiKeyEnd = "api_key.end": "A user ended a key for a program",
        ApiKeyUse = "api_key.use": "A key for a program was used, for the first time in an hour",
        DuressBegin = "duress.begin": "A user logged in with the password that says that they are made to",
        DuressSet = "duress.set": "A user chose a password that says that they are made to log in, or none any more",
        DuressLift = "duress.lift": "A user who had been made to log in was given their access back",
        UserSuspendIdle = "user.suspend_idle": "An account that nobody used was suspended",
        UserActivate = "user.activate": "A user chose a password with the code that they were given",
        GrantAsk = "grant.ask": "Another role, or another password and second factor, was asked for a user",
        GrantList = "grant.list": "What was asked for users was listed",
        GrantRead = "grant.read": "It was read what was asked for a user",
        GrantDecide = "grant.decide": "What was asked for a user was decided",
        UserEndSessions = "user.end_sessions": "Every session of a user was ended",
        UserHandOver = "user.hand_over": "A user's places on teams were handed over to others",
        AwayBegin = "away.begin": "Somebody put their own access away until a day",
        AwayEnd = "away.end": "A user was given back the access that they had put away",
        ReadingBudgetRead = "reading_budget.read": "It was read how many cases a user opened something sealed of",
        ReadingBudgetSpent = "reading_budget.spent": "A user waits to open something sealed of more cases than they may",
        ReadingBudgetAllow = "reading_budget.allow": "A user was allowed to open something sealed of more cases",
        ReadingBudgetTakeBack = "reading_budget.take_back": "What a user was allowed beside their reading budget was taken back",
        HubMemberAdd = "hub.member_add": "A user was put into a hub",
        HubMemberRemove = "hub.member_remove": "A user was taken out of a hub",
        HubList = "hub.list": "Hubs were listed",
        HubRead = "hub.read": "A hub was read",
        HubCreate = "hub.create": "A hub was created",
        HubUpdate = "hub.update": "A hub was changed",
        ShelterList = "shelter.list": "Shelters were listed",
        ShelterRead = "shelter.read": "A shelter was read",
        ShelterCreate = "shelter.create": "A shelter was created",
        ShelterUpdate = "shelter.update": "A shelter was changed",
        CaseList = "case.list": "Cases were listed",
        CaseSearch = "case.search": "Cases were searched by name, birth, telephone or document",
        CaseRead = "case.read": "A case was read",
        CaseCreate = "case.create": "A case was opened",
        CaseUpdate = "case.update": "A case was changed",
        CaseRestrict = "case.restrict": "A case was restricted to its team, or opened to its hub",
        CaseMove = "case.move": "A case was moved to another stage",
        CaseStatus = "case.status": "A case's status was changed",
        CaseClose = "case.close": "A case was closed",
        CaseReopen = "case.reopen": "A case was reopened",
        CaseMerge = "case.merge": "A case was merged into another one of the same person",
        CaseMergeUndo = "case.merge_undo": "A merge of two cases was undone",
        CaseMerges = "case.merges": "A case's merges were listed",
        CaseHistory = "case.history": "A case's history was read",
        CaseCorrect = "case.correct": "A case's history was corrected",
        CaseAccessLog = "case.access_log": "It was read who opened a case",
        TeamList = "team.list": "A case's team was read",
        TeamPut = "team.put": "A place on a case's team was given or changed",
        TeamRemove = "team.remove": "A place on a case's team was taken away",
        TeamHandOver = "team.hand_over": "A place on a case's team was handed over to somebody else",
        TeamEnd = "team.end": "A place on a case's team ended, because its holder left the hub or casework",
        RecordRead = "record.read": "A sealed record was opened",
        RecordWrite = "record.write": "A sealed record was written",
        RecordVersions = "record.versions": "The versions of a sealed record were listed",
        SearchIndex = "search.index": "The server opened names, births, telephones and documents to be searched",
        CaseDuplicates = "case.duplicates": "It was asked who may be the same person",
        DuplicateNote = "duplicate.note": "Names were written, and cases that may be of the same person were noted",
        DuplicateList = "duplicate.list": "Cases that may be of one person were listed",
        DuplicateNotSame = "duplicate.not_same": "It was said that two cases are of two people",
        StayList = "stay.list": "Stays were listed",
        StayRead = "stay.read": "A stay was read",
        StayCreate = "stay.create": "A person was taken into a shelter",
        StayEnd = "stay.end": "A stay ended",
        JourneyList = "journey.list": "Journeys were listed",
        JourneyRead = "journey.read": "A journey was read",
        JourneyCreate = "journey.create": "A journey was planned",
        JourneyApprove = "journey.approve": "A journey was approved",
        JourneyState = "journey.state": "A journey's state was changed",
        LegCreate = "leg.create": "A leg was added to a journey",
        LegState = "leg.state": "A leg's state was changed",
        ApplicationList = "application.list": "Asylum applications were listed",
        ApplicationRead = "application.read": "An asylum application was read",
        ApplicationCreate = "application.create": "An asylum application was recorded",
        ApplicationState = "application.state": "An asylum application's state was changed",
        ResettlementList = "resettlement.list": "Resettlements were listed",
        ResettlementRead = "resettlement.read": "A resettlement was read",
        ResettlementCreate = "resettlement.create": "A resettlement was prepared",
        ResettlementState = "resettlement.state": "A resettlement's state was changed",
        ReportStages = "report.stages": "A stage report was made",
        AuditList = "audit.list": "The log was read",
        AuditRead = "audit.read": "An entry of the log was read",
        AuditFetch = "audit.fetch": "A part of the log was fetched to be checked: a checkpoint, hashes, entries, a proof",
        AuditBundle = "audit.bundle": "The whole log was exported to be checked",
        AuditWithhold = "audit.withhold": "From another position on, entries are handed out in tiles",
        AuditVerifyState = "audit.verify_state": "Every sealed value was compared with the log",
        AuditKeyRotate = "audit.key_rotate": "The log got a new key, which this entry announces",
        AuditForkAccept = "audit.fork_accept": "It was accepted that entries which had been signed are lost",
        AuditExport = "audit.export": "The log was exported",
        AuditSeenBy = "audit.seen_by": "It was asked who saw a case",
        AuditSeen = "audit.seen": "It was asked what a user saw",
        AuditUnusual = "audit.unusual": "It was asked what reading is unusual",
        AuditCanaryPut = "audit.canary_put": "A case was made a canary",
        AuditCanaryRemove = "audit.canary_remove": "A canary was made a case like any other",
        AuditCanaryList = "audit.canary_list": "The canaries were listed",
        AuditAlarms = "audit.alarms": "The alarms were listed",
        AuditCosign = "audit.cosign": "Signatures of witnesses under a checkpoint of the log were handed in",
        AuditStatus = "audit.status": "It was asked how the log stands",
        KeyRotate = "key.rotate": "A key got another version",
        KeyRewrap = "key.rewrap": "Keys of cases were wrapped by the current version",
        KeyRetire = "key.retire": "Versions of keys that nothing needs were destroyed, or are known to every server",
        KeyRotateRoot = "key.rotate_root": "The keyring was wrapped by another root key",
        KeyList = "key.list": "It was read which versions of keys there are",
        CaseOwnCopy = "case.own_copy": "A copy of all that is held was made for the person of a case",
        ErasureRequest = "erasure.request": "It was asked that a person be erased",
        ErasureDecide = "erasure.decide": "It was decided whether a person is to be erased",
        ErasureWithdraw = "erasure.withdraw": "An erasure was taken back, or objected to",
        ErasureWaiting = "erasure.waiting": "Erasures that wait for somebody were listed",
        ErasureList = "erasure.list": "The erasures of a case were listed",
        ErasureCertificate = "erasure.certificate": "The certificate of an erasure was read",
        ErasureCertify = "erasure.certify": "An erasure was certified",
        CaseErase = "case.erase": "The person of a case was erased",
        HoldPlace = "hold.place": "A legal hold was placed on a case",
        HoldLift = "hold.lift": "A legal hold was lifted",
        HoldList = "hold.list": "The legal holds of a case were listed",
        EmergencyOpen = "emergency.open": "A case was opened in an emergency by somebody of its hub",
        EmergencyEnd = "emergency.end": "An emergency access was ended before its time",
        EmergencyList = "emergency.list": "Emergency accesses were listed",
        EmergencyRead = "emergency.read": "An emergency access was read",
        EmergencyExplanation = "emergency.explanation": "It was read why a case was opened in an emergency",
        EmergencyReview = "emergency.review": "An emergency access was reviewed",
        EmergencyOverdue = "emergency.overdue": "Nobody has reviewed an emergency access in time",
        NoticeList = "notice.list": "Somebody listed their own notices",
        NoticeSee = "notice.see": "A notice was marked as seen",
        MailAddressRead = "mail_address.read": "Somebody looked whether they are told by e-mail",
        MailAddressSet = "mail_address.set": "Somebody said where they are told by e-mail",
        MailAddressRemove = "mail_address.remove": "Somebody is told by e-mail no more",
        MailAddressReseal = "mail_address.reseal": "Where somebody is told by e-mail was sealed under the current pepper",
        MailBegin = "mail.begin": "A message that something waits was begun",
        MailSend = "mail.send": "The mail server took a message that something waits",
        MailRefuse = "mail.refuse": "The mail server refused a message for good",
        BackupBegin = "backup.begin": "A backup was begun",
        BackupCreate = "backup.create": "A backup was made",
        BackupRestore = "backup.restore": "The network was put back from a backup, of which this entry is the first after",
        CodeListRead = "code_list.read": "Code lists were read",
    }
}

/// What an action that was done shows or changes of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// It, or something of it, is shown.
    Opens,
    /// A sealed record of it is opened.
    OpensSealed,
    /// Cases are shown in a list; the entry names them.
    Lists,
    /// It is changed.
    Writes,
    /// No case is shown or changed.
    Nothing,
}

impl Action {
    /// What it shows or changes of a case. Who saw a case, and what reading is unusual, is counted by it.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a list, of which nothing may be left to a default")]
    pub fn touches(self) -> Touch {
        match self {
            Self::CaseRead
            | Self::CaseMerges
            | Self::ErasureList
            | Self::ErasureCertificate
            | Self::HoldList
            | Self::EmergencyExplanation
            | Self::CaseHistory
            | Self::CaseAccessLog
            | Self::TeamList
            | Self::RecordVersions
            | Self::StayList
            | Self::StayRead
            | Self::JourneyList
            | Self::JourneyRead
            | Self::ApplicationList
            | Self::ApplicationRead
            | Self::ResettlementList
            | Self::ResettlementRead
            | Self::AnswerRepeat => Touch::Opens,
            Self::RecordRead | Self::CaseOwnCopy => Touch::OpensSealed,
            Self::CaseList
            | Self::ErasureWaiting
            | Self::EmergencyList
            | Self::CaseSearch
            | Self::CaseDuplicates
            | Self::DuplicateList => Touch::Lists,
            Self::CaseCreate
            | Self::CaseUpdate
            | Self::CaseRestrict
            | Self::CaseMove
            | Self::CaseStatus
            | Self::CaseClose
            | Self::CaseReopen
            | Self::CaseCorrect
            | Self::CaseMerge
            | Self::DuplicateNotSame
            | Self::CaseMergeUndo
            | Self::CaseErase
            | Self::ErasureRequest
            | Self::ErasureDecide
            | Self::ErasureWithdraw
            | Self::HoldPlace
            | Self::HoldLift
            | Self::EmergencyOpen
            | Self::EmergencyEnd
            | Self::TeamPut
            | Self::TeamRemove
            | Self::TeamHandOver
            | Self::TeamEnd
            | Self::RecordWrite
            | Self::StayCreate
            | Self::StayEnd
            | Self::JourneyCreate
            | Self::JourneyApprove
            | Self::JourneyState
            | Self::LegCreate
            | Self::LegState
            | Self::ApplicationCreate
            | Self::ApplicationState
            | Self::ResettlementCreate
            | Self::ResettlementState => Touch::Writes,
            Self::SystemInit
            | Self::AwayBegin
            | Self::AwayEnd
            | Self::ApiKeyMake
            | Self::ApiKeyList
            | Self::ApiKeyEnd
            | Self::ApiKeyUse
            | Self::DuressBegin
            | Self::DuressSet
            | Self::DuressLift
            | Self::UserSuspendIdle
            | Self::UserActivate
            | Self::GrantAsk
            | Self::GrantList
            | Self::GrantRead
            | Self::GrantDecide
            | Self::ReadingBudgetRead
            | Self::ReadingBudgetSpent
            | Self::ReadingBudgetAllow
            | Self::ReadingBudgetTakeBack
            | Self::FactorRead
            | Self::FactorBegin
            | Self::FactorEnrol
            | Self::FactorGive
            | Self::FactorCodes
            | Self::FactorRemove
            | Self::FactorReset
            | Self::EmergencyRead
            | Self::EmergencyReview
            | Self::EmergencyOverdue
            | Self::NoticeList
            | Self::NoticeSee
            | Self::MailAddressRead
            | Self::MailAddressSet
            | Self::MailAddressRemove
            | Self::MailAddressReseal
            | Self::MailBegin
            | Self::MailSend
            | Self::MailRefuse
            | Self::BackupBegin
            | Self::BackupCreate
            | Self::BackupRestore
            | Self::SystemSeal
            | Self::SystemUnseal
            | Self::UnsealShare
            | Self::UnsealPassphrase
            | Self::UnsealForget
            | Self::KeySplit
            | Self::KeyPassphrase
            | Self::SearchIndex
            | Self::DuplicateNote
            | Self::SystemStart
            | Self::SystemMaintain
            | Self::AccessRefuse
            | Self::SealBroken
            | Self::SessionCreate
            | Self::SessionRefresh
            | Self::SessionReuse
            | Self::SessionList
            | Self::SessionEnd
            | Self::AccountRead
            | Self::PasswordChange
            | Self::UserList
            | Self::UserRead
            | Self::UserCreate
            | Self::UserUpdate
            | Self::UserPasswordReset
            | Self::UserEndSessions
            | Self::UserHandOver
            | Self::HubMemberAdd
            | Self::HubMemberRemove
            | Self::HubList
            | Self::HubRead
            | Self::HubCreate
            | Self::HubUpdate
            | Self::ShelterList
            | Self::ShelterRead
            | Self::ShelterCreate
            | Self::ShelterUpdate
            | Self::ReportStages
            | Self::AuditList
            | Self::AuditRead
            | Self::AuditFetch
            | Self::AuditBundle
            | Self::AuditWithhold
            | Self::AuditVerifyState
            | Self::AuditKeyRotate
            | Self::AuditForkAccept
            | Self::AuditExport
            | Self::AuditSeenBy
            | Self::AuditSeen
            | Self::AuditUnusual
            | Self::AuditCanaryPut
            | Self::AuditCanaryRemove
            | Self::AuditCanaryList
            | Self::AuditAlarms
            | Self::AuditCosign
            | Self::AuditStatus
            | Self::KeyRotate
            | Self::KeyRewrap
            | Self::KeyRetire
            | Self::KeyRotateRoot
            | Self::KeyList
            | Self::ErasureCertify
            | Self::CodeListRead => Touch::Nothing,
        }
    }

    /// Every action of which this is so.
    pub(super) fn that(touch: Touch) -> impl Iterator<Item = Self> {
        Self::all().iter().copied().filter(move |action| action.touches() == touch)
    }
}
