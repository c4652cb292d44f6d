//! What can be on the log. A new audited action is one line here.

use crate::db::types::text_enum;

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
        SystemMaintain = "system.maintain": "The server cleaned up after itself",
        AccessRefuse = "access.refuse": "A request was refused by role",
        SessionCreate = "session.create": "Logged in",
        SessionRefresh = "session.refresh": "A session was carried on",
        SessionReuse = "session.reuse": "A used refresh token came again: the session was ended",
        SessionEnd = "session.end": "Logged out",
        AccountRead = "account.read": "Own account was read",
        PasswordChange = "password.change": "A password was changed",
        UserList = "user.list": "Users were listed",
        UserRead = "user.read": "A user was read",
        UserCreate = "user.create": "A user was created",
        UserUpdate = "user.update": "A user's role or status was changed",
        UserPasswordReset = "user.password_reset": "A user's password was set by an administrator",
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
        CaseRead = "case.read": "A case was read",
        CaseCreate = "case.create": "A case was opened",
        CaseUpdate = "case.update": "A case was changed",
        CaseRestrict = "case.restrict": "A case was restricted to its team, or opened to its hub",
        CaseMove = "case.move": "A case was moved to another stage",
        CaseStatus = "case.status": "A case's status was changed",
        CaseClose = "case.close": "A case was closed",
        CaseReopen = "case.reopen": "A case was reopened",
        CaseHistory = "case.history": "A case's history was read",
        CaseCorrect = "case.correct": "A case's history was corrected",
        CaseAccessLog = "case.access_log": "It was read who opened a case",
        TeamList = "team.list": "A case's team was read",
        TeamPut = "team.put": "A place on a case's team was given or changed",
        TeamRemove = "team.remove": "A place on a case's team was taken away",
        TeamEnd = "team.end": "A place on a case's team ended, because its holder left the hub or casework",
        RecordRead = "record.read": "A sealed record was opened",
        RecordWrite = "record.write": "A sealed record was written",
        RecordVersions = "record.versions": "The versions of a sealed record were listed",
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
        AuditAlarms = "audit.alarms": "It was read who opened a canary",
        AuditCosign = "audit.cosign": "Signatures of witnesses under a checkpoint of the log were handed in",
        AuditStatus = "audit.status": "It was asked how the log stands",
        BackupBegin = "backup.begin": "A backup was begun",
        BackupCreate = "backup.create": "A backup was made",
        BackupRestore = "backup.restore": "The network was put back from a backup, of which this entry is the first after",
        CodeListRead = "code_list.read": "Code lists were read",
    }
}

impl Action {
    /// Whether it shows something of the case that it is about, and changes nothing.
    #[must_use]
    pub fn reads_a_case(self) -> bool {
        matches!(
            self,
            Self::CaseRead
                | Self::CaseHistory
                | Self::CaseAccessLog
                | Self::TeamList
                | Self::RecordRead
                | Self::RecordVersions
                | Self::StayList
                | Self::StayRead
                | Self::JourneyList
                | Self::JourneyRead
                | Self::ApplicationList
                | Self::ApplicationRead
                | Self::ResettlementList
                | Self::ResettlementRead
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::types::CodeList as _;

    #[test]
    fn what_reads_a_case_is_told_by_its_verb() {
        let nouns = ["case", "record", "team", "stay", "journey", "application", "resettlement"];
        let verbs = ["read", "list", "history", "versions", "access_log"];
        for action in Action::all() {
            let (noun, verb) = action.code().split_once('.').unwrap();
            // A list of cases is about none of them.
            let reads = nouns.contains(&noun) && verbs.contains(&verb) && *action != Action::CaseList;
            assert_eq!(action.reads_a_case(), reads, "{action}");
        }
    }
}
