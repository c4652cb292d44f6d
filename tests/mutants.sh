#!/usr/bin/env bash
# Breaks the access rules one at a time, and fails when the tests do not notice.
#
# Every mutant below is one edit of one file: a filter dropped, a decision turned, a check skipped. For
# each of them the crate is built anew and the tests of access are run; a mutant that they let pass
# survives, and the script ends with 1. The file is restored whatever happens.
#
#   tests/mutants.sh            all of them
#   tests/mutants.sh hub        those whose name holds `hub`
#
# It needs a clean tree under src/, and takes a minute or so a mutant.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! git diff --quiet -- src; then
    echo "commit or stash the changes under src/ first" >&2
    exit 2
fi

wanted=${1:-}
report=$(mktemp)
changed=
restore() { if [ -n "$changed" ]; then git checkout --quiet -- "$changed"; changed=; fi; }
trap 'restore; rm -f "$report"' EXIT
trap 'exit 130' INT TERM

# Runs one suite; its words go to $report.
suite() { cargo test --quiet "$@" >"$report" 2>&1; }

# Tests that fail by themselves would count every mutant as noticed.
if ! suite --lib policy_tests || ! suite --test api -- walk architecture reports team restriction; then
    cat "$report" >&2
    echo "the tests fail without any mutant: mend that first" >&2
    exit 2
fi

survivors=0
count=0
# mutant NAME FILE PERL: PERL is applied to the whole file and must change it.
mutant() {
    local name=$1 file=$2 perl=$3 verdict
    case $name in *"$wanted"*) ;; *) return 0 ;; esac
    changed=$file
    perl -0pi -e "$perl" "$file"
    if git diff --quiet -- "$file"; then
        verdict="did not apply: mend its pattern"
        survivors=$((survivors + 1))
    elif ! cargo check --quiet --tests >"$report" 2>&1; then
        verdict="does not compile: mend it"
        survivors=$((survivors + 1))
    elif ! suite --lib policy_tests; then
        verdict="killed by the second reading"
    elif ! suite --test api -- walk architecture reports team restriction; then
        verdict="killed by the walk"
    else
        verdict="SURVIVED"
        survivors=$((survivors + 1))
    fi
    count=$((count + 1))
    printf '%-44s %s\n' "$name" "$verdict"
    restore
}

scope=src/cases/scope.rs

# --- which cases are reached
mutant "a place that has ended still lists" $scope 's/(fn cases_of_team_member.*?)let place_lasts: lasts = lasts\(now\);/$1/s; s/(fn cases_of_team_member.*?)\.filter\(place_lasts\)/$1/s'
mutant "a place that has ended still reaches" $scope 's/(fn place\(.*?)let place_lasts: lasts = lasts\(now\);/$1/s; s/(fn place\(.*?)\.filter\(place_lasts\)/$1/s'
mutant "a place that ends now still reaches" $scope 's/(fn lasts.*?)\.gt\(now\)/$1.ge(now)/s'
mutant "a place of anybody lists" $scope 's/(fn cases_of_team_member.*?\.filter\(case_team::user_id\.)eq\(user\)/$1ne(user)/s'
mutant "the hub reaches restricted cases" $scope 's/\.and\(cases::restricted\.eq\(false\)\)//'
mutant "every hub is one's own hub" $scope 's/cases::hub_id\.eq\(hub\)\.and\(/cases::hub_id.ne(hub).or(cases::hub_id.eq(hub)).and(/'
mutant "a place of a coordinator is forgotten" $scope 's/team\.into_iter\(\)\.chain\(hubs\.map\(Way::Hub\)\)\.collect\(\)/hubs.map(Way::Hub).collect()/'
mutant "a caseworker reaches their hubs" $scope 's/(Reach::Team => team\.into_iter\(\))\.chain/$1.chain(hubs.map(Way::Hub)).chain/'
mutant "whoever reaches nothing reaches all" $scope 's/false\.into_sql/true.into_sql/'

# --- what an emergency reaches
mutant "an emergency that has ended still reaches" $scope 's/\n *\.filter\(emergency_accesses::ends_at\.gt\(now\)\)/\n        .filter(emergency_accesses::ends_at.gt(now).or(true.into_sql::<Bool>()))/'
mutant "an emergency that ends now still reaches" $scope 's/(emergency_accesses::ends_at)\.gt\(now\)/$1.ge(now)/'
mutant "an emergency of anybody reaches" $scope 's/\n *\.filter\(emergency_accesses::user_id\.eq\(user\)\)//'
mutant "an emergency reaches any case" $scope 's/\n *\.filter\(emergency_accesses::case_id\.eq\(cases::id\)\)//'
mutant "an emergency reaches a restricted case" $scope 's/of_hub\(hub\)\.and\(exists\(emergency/cases::hub_id.eq(hub).and(exists(emergency/'
mutant "an emergency lasts when the hub is left" $scope 's/of_hub\(hub\)\.and\(exists\(emergency/cases::hub_id.ne(hub).or(of_hub(hub)).and(exists(emergency/'
mutant "everything may be done in an emergency" $scope 's/\.filter\(\|_\| P::ROW\.in_emergency\)//'
mutant "an emergency opens no sealed record" $scope 's/let in_emergency = reached_in_emergency\(permit, now\);/let in_emergency: CaseFilter = Box::new(false.into_sql::<Bool>());/'
mutant "a coordinator opens by a place" $scope 's/Reach::Emergency => in_emergency,/Reach::Emergency => Box::new(place_opens(user, group, now).or(in_emergency)),/'

# --- which field groups a place opens
mutant "a place of anybody reaches and opens" $scope 's/(fn place\(.*?)\n *\.filter\(case_team::user_id\.eq\(user\)\)/$1/s'
mutant "a place on any case reaches and opens" $scope 's/\n *\.filter\(case_team::case_id\.eq\(cases::id\)\)//'
mutant "a place for health opens identity" $scope 's/place\.filter\(case_team::identity\)/place.filter(case_team::health)/'
mutant "every place opens every group" $scope 's/exists\(place\.filter\(case_team::\w+\)\)/exists(place)/g'
mutant "the group is not asked for" src/cases/store/mod.rs 's/if opens_group\(tx, permit, &case, group\)\? \{/if opens_group(tx, permit, \&case, group)? || true {/'

# --- how a case is found
mutant "a case is found out of reach" src/cases/store/mod.rs 's/cases::table\.filter\(within\)\.select/{ drop(within); cases::table }.select/'
mutant "a list ignores its way" src/cases/store/list.rs 's/\.filter\(way\.filter\(tx\.now\(\)\)\)//'
mutant "a handler reads past the scope" src/cases/api/read.rs 's/store::find\(tx, permit, &reference\)/{ use diesel::prelude::*; use crate::db::schema::cases; let _ = permit; let CaseRef::Id(id) = reference else { return Err(crate::error::Error::not_found()) }; tx.event.set_case(id); Ok(cases::table.filter(cases::id.eq(id)).select(crate::cases::model::Case::as_select()).first(tx.conn())?) }/'
mutant "a stay of another case is found" src/network/stays/store.rs 's/(pub\(crate\) fn find.*?)\n *\.filter\(stays::case_id\.eq\(case\.id\)\)/$1/s'

mutant "an application of another case is found" src/asylum/store.rs 's/(pub\(crate\) fn find.*?)\n *\.filter\(dsl::case_id\.eq\(case\.id\)\)/$1/s'

# --- who decides about a case
mutant "a coordinator decides about another hub's case" src/access/permit.rs 's/self\.reach != Reach::Lead \|\| self\.hubs\(\)\.contains\(hub\)/{ let _ = hub; true }/'
mutant "whoever may read may decide" src/cases/store/mod.rs 's/if permit\.decides_in\(&case\.hub_id\) \{/if true {/'
mutant "a guest opens a restricted case" src/cases/store/restriction.rs 's/ && !stays\(tx, case, permit\.person\(\)\?\)\?/ \&\& false/; s/fn stays/#[expect(dead_code)]\nfn stays/'
mutant "whoever is suspended keeps a case" src/cases/store/team.rs 's/(fn kept.*?)\n *\.filter\(users::status\.eq\(UserStatus::Active\)\)/$1/s'
mutant "a coordinator of another hub keeps a case" src/cases/store/team.rs 's/\.and\(exists\(of_the_hub\)\)//'
mutant "a place that ends keeps a case" src/cases/store/team.rs 's/(fn kept.*?)\n *\.filter\(case_team::ends_at\.is_null\(\)\)/$1/s'

# --- who holds a permission
mutant "no role is refused" src/access/permit.rs 's/Reach::No => Err\(Error::forbidden\(\)\),\n/Reach::No => Ok(Self { holder: Holder::Actor(actor), reach: Reach::All, context, permission: PhantomData }),\n/'
mutant "a missing actor is let in" src/access/permit.rs 's/let actor = extensions\.get::<Actor>\(\)\.cloned\(\)\.ok_or_else\(Error::unauthenticated\)\?;/let Some(actor) = extensions.get::<Actor>().cloned() else { return Ok(Self::system_in("nobody", context)) };/'
mutant "an auditor reads cases" src/access/permissions.rs 's/(CaseRead = .*?Team Hub  )No /$1All/'
mutant "a coordinator opens identity" src/access/permissions.rs 's/(IdentityRead = [^;]*?Team )Emergency /$1Hub /'
mutant "an ended session stands for somebody" src/db/standing.rs 's/\n *\.filter\(sessions::ended_at\.is_null\(\)\)//'
mutant "an expired session stands for somebody" src/db/standing.rs 's/\n *\.filter\(sessions::expires_at\.gt\(now\)\)//'
mutant "a suspended user is somebody" src/db/standing.rs 's/\n *\.filter\(users::status\.eq\(UserStatus::Active\)\)//'

# --- what belongs to a hub
mutant "shelters of every hub are reached" src/network/store.rs 's/Box::new\(shelters::hub_id\.eq_any\(permit\.hubs\(\)\.to_vec\(\)\)\)/Box::new(diesel::dsl::sql::<Bool>("1 = 1"))/'
mutant "users of every hub are reached" src/accounts/store.rs 's/Box::new\(users::id\.eq_any\(in_hubs\)\)/{ drop(in_hubs); Box::new(diesel::dsl::sql::<Bool>("1 = 1")) }/'
mutant "every hub is reached" src/network/hubs/store.rs 's/Box::new\(hubs::id\.eq_any\(permit\.hubs\(\)\.to_vec\(\)\)\)/Box::new(diesel::dsl::sql::<Bool>("1 = 1"))/'
mutant "an administrator reads all of the log" src/audit/store.rs 's/LogFilter \{ actor: Some\(person\), \.\.\*filter \}/*filter/'
mutant "an administrator asks what colleagues saw" src/access/permissions.rs 's/(AuditAsk = .*?No No All )No/$1All/'

# --- what is on the record
mutant "a refusal by role is not recorded" src/http/authenticate.rs 's/let refused = error\.is_refusal\(\)/let refused = false \&\& error.is_refusal()/'
mutant "a refusal by scope is not recorded" src/db/mod.rs 's/self\.record\(&event, &origin, now, outcome, Some\(error\.code\(\)\)\)\.await\?;/drop((event, origin, outcome));/'
mutant "a refused write is not recorded" src/db/jobs.rs 's/        in_transaction\(conn, \|conn\| append\(conn, &mut entry, position\)\)\?;\n//'

# --- who is given a kept answer
mutant "a kept answer is given whoever lost the case" src/db/idempotency.rs 's/\n *cases::store::named\(tx, &permit\.to_read_cases\(\)\?, &CaseRef::Id\(case\)\)\?;/ let _ = (\&tx, permit, CaseRef::Id(case));/'
mutant "a kept answer is given to the hub of the case" src/db/idempotency.rs 's/&permit\.to_read_cases\(\)\?/permit/'
mutant "a kept answer forgets its case" src/db/idempotency.rs 's/case_id: tx\.event\.case\(\)/case_id: None/'
mutant "a kept answer is given whoever lost the hub" src/network/api.rs 's/if !permit\.reaches_hub\(&request\.hub_id\) \{/if false {/'

# --- what has changed in between
mutant "a handler forgets the version" src/cases/api/update.rs 's/\n *if_match\.check\(case\.version\)\?;/\n        let _ = \&if_match;/'

# --- whose figures are counted
mutant "figures tell more of hidden cases" src/reports/rules.rs 's/Dimension::Hub \| Dimension::Stage/Dimension::Hub | Dimension::Stage | Dimension::Status/'
mutant "figures of an earlier day tell of hidden cases" src/reports/rules.rs 's/day != today \|\| //'
mutant "figures leave nothing out" src/reports/store.rs 's/Some\(restricted\) => Box::new\(whose\.and\(cases::restricted\.eq\(restricted\)\)\)/Some(_) => whose/g'
mutant "figures of any hub are counted" src/reports/store.rs 's/\(Reach::Hub, Some\(hub\)\) if permit\.reaches_hub\(&hub\)/(Reach::Hub, Some(hub))/'

printf '%s mutants, %s not killed\n' "$count" "$survivors"
[ "$survivors" = 0 ]
