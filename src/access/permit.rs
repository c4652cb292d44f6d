//! The permit: proof, in a handler's signature, that the actor's role holds a permission.
//!
//! It is the only key to `db.read` and `db.write`, and it carries the reach from which stores build
//! their scope. A handler gets one by the extractor alone; `Permit::system`, with a reason, is for what nobody
//! asked for, and from one that is in hand another may be had (the same for the actor of this moment, or to read cases).

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};

use super::actor::{Actor, HubId, SessionId, UserId};
use super::permissions::{CaseRead, Permission};
use super::reach::Reach;
use crate::audit::entry::{Origin, RequestId};
use crate::error::{Code, Error, Result};
use crate::http::context::RequestContext;
use crate::http::idempotency::IdempotencyKey;

/// The permission that the request's handler asked for, for the record of a refusal.
#[derive(Clone, Copy)]
pub(crate) struct AskedFor(pub &'static str);

/// Proof that the actor may use the permission `P`, as far as [`Permit::reach`].
pub struct Permit<P> {
    holder: Holder,
    reach: Reach,
    context: RequestContext,
    permission: PhantomData<fn() -> P>,
}

/// The same proof for the second step of one request: a patch of a sealed record reads before it writes.
impl<P> Clone for Permit<P> {
    fn clone(&self) -> Self {
        Self {
            holder: self.holder.clone(),
            reach: self.reach,
            context: self.context.clone(),
            permission: PhantomData,
        }
    }
}

#[derive(Clone)]
enum Holder {
    Actor(Actor),
    System(&'static str),
}

impl<P: Permission> Permit<P> {
    fn for_request(request: &HttpRequest) -> Result<Self> {
        request.extensions_mut().insert(AskedFor(P::ROW.name));
        let extensions = request.extensions();
        let context = extensions.get::<RequestContext>().cloned().ok_or_else(Error::unauthenticated)?;
        let actor = extensions.get::<Actor>().cloned().ok_or_else(Error::unauthenticated)?;
        Self::for_actor(actor, context)
    }

    /// The one decision by role.
    pub(crate) fn for_actor(actor: Actor, context: RequestContext) -> Result<Self> {
        let reach = P::ROW.reach_of(actor.role);
        Self::for_reach(reach, actor, context)
    }

    fn for_reach(reach: Reach, actor: Actor, context: RequestContext) -> Result<Self> {
        if reach == Reach::No {
            return Err(Error::forbidden());
        }
        if actor.scope.as_ref().is_some_and(|scope| !scope.holds(&P::ROW)) {
            return Err(Error::new(Code::Forbidden, "The key does not have this permission."));
        }
        if actor.away && !P::ROW.own_account {
            return Err(Error::new(
                Code::Away,
                "You put it away yourself. A coordinator of your hub or an administrator can give it back.",
            ));
        }
        context.assurance.check(&P::ROW, actor.role, actor.factor)?;
        let reach = if actor.duress && !P::ROW.own_account { Reach::Nothing } else { reach };
        Ok(Self { holder: Holder::Actor(actor), reach, context, permission: PhantomData })
    }

    /// What the permit would be if the table said something else.
    #[cfg(test)]
    pub(crate) fn as_if(reach: Reach, actor: Actor, context: RequestContext) -> Result<Self> {
        Self::for_reach(reach, actor, context)
    }

    /// The server or its operator acting by itself, for `reason`: set-up, upkeep.
    pub(crate) fn system(reason: &'static str) -> Self {
        Self::system_in(reason, RequestContext::of_nobody(RequestId::generate()))
    }

    /// The server acting for a request that nobody stands behind yet, for `reason`: a login.
    pub(crate) fn system_in(reason: &'static str, context: RequestContext) -> Self {
        Self { holder: Holder::System(reason), reach: Reach::All, context, permission: PhantomData }
    }

    /// How far it reaches.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Who acts, as they were when the request came; none for the system.
    pub(crate) fn actor(&self) -> Option<&Actor> {
        match &self.holder {
            Holder::Actor(actor) => Some(actor),
            Holder::System(_) => None,
        }
    }

    /// The user, unless the system acts by itself.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.actor().map(|actor| actor.user)
    }

    /// The user who acts; only a person may do this.
    pub fn person(&self) -> Result<UserId> {
        self.user().ok_or_else(|| Error::internal(anyhow::anyhow!("the system cannot act as a person")))
    }

    /// Whether whoever acts is shown an empty network, because they said at the login that they are made to.
    pub(crate) fn is_under_duress(&self) -> bool {
        self.actor().is_some_and(|actor| actor.duress)
    }

    /// The permit of the same request for the user as they are now.
    pub(crate) fn for_the_same_request(&self, actor: Actor) -> Result<Self> {
        Self::for_actor(actor, self.context.clone())
    }

    /// The session of the user who acts.
    pub fn session(&self) -> Result<SessionId> {
        let actor = self.actor();
        actor
            .map(|actor| actor.session)
            .ok_or_else(|| Error::internal(anyhow::anyhow!("the system has no session")))
    }

    /// What the same actor may read of cases.
    pub(crate) fn to_read_cases(&self) -> Result<Permit<CaseRead>> {
        let actor = self.actor().cloned().ok_or_else(Error::forbidden)?;
        Permit::for_actor(actor, self.context.clone())
    }

    /// The same for a part of the request whose outcome is no answer to it, and so is not kept for a repeat.
    pub(crate) fn for_a_part(&self) -> Self {
        let context = RequestContext { idempotency: None, ..self.context.clone() };
        Self { context, ..self.clone() }
    }

    /// Refuses whoever has a second factor and gave no code of it within the last minutes.
    pub(crate) fn require_fresh_factor(&self) -> Result<()> {
        match self.actor() {
            Some(actor) if actor.factor.enrolled => self.context.assurance.require_fresh(actor.factor),
            _ => Ok(()),
        }
    }

    /// Whether the role of whoever asks needs a second factor.
    pub(crate) fn needs_factor(&self) -> bool {
        self.actor().is_some_and(|actor| self.context.assurance.rule.needs(actor.role))
    }

    /// The actor's hubs; none for the system.
    #[must_use]
    pub fn hubs(&self) -> &[HubId] {
        self.actor().map_or(&[], |actor| actor.hubs.as_slice())
    }

    /// Whether something of `hub` is within reach.
    #[must_use]
    pub fn reaches_hub(&self, hub: &HubId) -> bool {
        match self.reach {
            Reach::All => true,
            Reach::Hub | Reach::Lead | Reach::Team => self.hubs().contains(hub),
            Reach::Own | Reach::Emergency | Reach::No | Reach::Nothing => false,
        }
    }

    /// Whether what the permit allows may be done to a case of `hub`, which it reaches.
    #[must_use]
    pub fn decides_in(&self, hub: &HubId) -> bool {
        self.reach != Reach::Lead || self.hubs().contains(hub)
    }

    pub(crate) fn idempotency(&self) -> Option<&IdempotencyKey> {
        self.context.idempotency.as_ref()
    }

    pub(crate) fn origin(&self) -> Origin {
        let request = self.context.request_id;
        match &self.holder {
            Holder::Actor(actor) => Origin {
                actor: Some(actor.user),
                role: Some(actor.role),
                session: Some(actor.session),
                request,
                permission: P::ROW.name,
            },
            Holder::System(reason) => {
                Origin { actor: None, role: None, session: None, request, permission: reason }
            }
        }
    }
}

/// Ready at once, so that 401 and 403 come before anything a body or a path may be refused for.
impl<P: Permission> FromRequest for Permit<P> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::for_request(request))
    }
}
