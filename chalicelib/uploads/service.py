"""Photos that people send: the form that sends them, and the addresses that show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..adapters.ports import Files, PostForm
from ..kernel.access import Relation, Resource
from ..kernel.changes import Changes, Put
from ..kernel.clock import Clock
from ..kernel.entities import by_id
from ..kernel.errors import Invalid, NotFound
from ..kernel.ids import Ids
from ..kernel.request import RequestContext
from ..people.access import Access
from ..store.transaction import Transaction
from . import decisions, permissions, policy
from .model import (
    Upload,
    UploadEndReason,
    UploadKind,
    UploadState,
    is_upload_id,
)
from .repository import UploadRepository

__all__ = ["Photo", "UploadForm", "Uploads"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadForm:
    """An upload with the form that sends it."""

    upload: Upload
    form: PostForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """An upload for a viewer. A ready one has addresses that are valid until `expires_at`.

    Anyone with an address can see the photo.
    """

    upload: Upload
    url: str | None = field(default=None, repr=False)
    thumb_url: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None


class Uploads:
    """Use cases about uploads."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: UploadRepository,
        clock: Clock,
        ids: Ids,
        access: Access,
        files: Files,
        public_url: str,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids = clock, ids
        self._access, self._files = access, files
        self._public_url = public_url

    # their owner's

    def create_upload(
        self,
        context: RequestContext,
        kind: UploadKind,
        content_type: str,
        size: int,
        then: str | None = None,
    ) -> UploadForm:
        """Begin an upload of so many bytes at most; return the form that sends it.

        `then` is the path of the page that a browser without scripts shows afterwards, with `{id}`
        for the id of the upload.
        """
        id = self._ids.new("upl")

        def decide() -> Changes[Upload]:
            own = {Relation.OWNER: frozenset({context.actor.id})}
            resource = Resource(see=permissions.SEE, relations=own)
            granted = self._access.require(
                context, permissions.CREATE, resource
            )
            subjects = granted.person.limit_subjects
            now = self._clock.now()
            upload = Upload(
                id=id,
                created_at=now,
                updated_at=now,
                owner=granted.actor.id,
                kind=kind,
                content_type=content_type,
                size=size,
                then=then,
            )
            return Changes(
                entity=upload,
                previous=None,
                writes=decisions.count_begun(subjects, now),
            )

        return self._with_form(self._transaction.run(decide, context))

    def reread_form(
        self, context: RequestContext, upload_id: str
    ) -> UploadForm:
        """Return the form of one's own upload once more, good for as long as the first was."""
        return self._with_form(self._own(context, upload_id))

    def _with_form(self, upload: Upload) -> UploadForm:
        form = self._files.presign_post(
            upload.incoming,
            upload.content_type,
            upload.size,
            upload.form_expires_at,
            self._address_after(upload),
        )
        return UploadForm(upload=upload, form=form)

    def _address_after(self, upload: Upload) -> str:
        """Return where a browser without scripts goes once the file has arrived; "" for nowhere."""
        if upload.then is None:
            return ""
        return self._public_url + upload.then.replace("{id}", upload.id)

    def read_upload(self, context: RequestContext, upload_id: str) -> Photo:
        """Return one's own upload, or a proof for staff of its place."""
        return self._shown(self._own(context, upload_id))

    def _own(self, context: RequestContext, upload_id: str) -> Upload:
        upload = self._repository.find_upload(upload_id)
        if upload is None:
            raise NotFound
        self._access.require(context, permissions.READ, upload.as_resource())
        return upload

    # for other features

    def bind(
        self,
        actor_id: str,
        upload_ids: Sequence[str],
        to: str,
        place: str,
        loc: Sequence[str | int],
    ) -> tuple[Changes[Upload], ...]:
        """Return the changes that bind uploads of the actor to the entity `to`.

        An upload that has not arrived yet is accepted; it is shown once it is ready. Idempotent.

        Raises:
            Invalid: one is named twice, is not the actor's, has ended or is part of something else.

        """
        valid = [id for id in upload_ids if is_upload_id(id)]
        found = self._repository.find_uploads(valid)
        known = by_id(found)
        changes = []
        for n, id in enumerate(upload_ids):
            if id in upload_ids[:n]:
                raise Invalid("upload.twice", [*loc, n])
            upload = known.get(id)
            changes.append(
                decisions.bind(upload, actor_id, to, place, [*loc, n])
            )
        return tuple(changes)

    def bind_proof(
        self,
        actor_id: str,
        upload_id: str,
        to: str,
        place: str,
        loc: Sequence[str | int],
    ) -> Changes[Upload]:
        """Return the change that binds a photo as a proof: it is here, and it is clean.

        Raises:
            Invalid: as `bind`, or the photo has not arrived yet.

        """
        found = self._repository.find_uploads(
            [upload_id] if is_upload_id(upload_id) else []
        )
        upload = found[0] if found else None
        bound = decisions.bind(upload, actor_id, to, place, loc)
        if bound.entity.state is not UploadState.READY:
            raise Invalid("upload.not_ready", loc)
        proof = replace(bound.entity, is_proof=True)
        return replace(bound, entity=proof)

    def bind_slip(
        self, recorder_id: str, upload_id: str, subject_id: str, place: str
    ) -> Put:
        """Return the write that binds a signed slip to the person who has signed it.

        Raises:
            Invalid: it is not a photo of the recorder's own that is here, or was used before.

        """
        loc = ("consent", "slip")
        bound = self.bind_proof(recorder_id, upload_id, subject_id, place, loc)
        upload = bound.previous
        if upload is None or upload.bound_to:
            raise Invalid("upload.already_used", loc)
        # Two consents in one commit have the same slip, and so the same write.
        row = replace(bound.entity, version=upload.version + 1)
        return Put(row=row, expected=upload)

    def releasing(
        self, to: str, upload_ids: Sequence[str]
    ) -> tuple[Changes[Upload], ...]:
        """Return the changes that end uploads of `to`.

        They are hidden at once. Their files are deleted within the hour.
        """
        now = self._clock.now()
        found = [
            upload
            for upload in self._repository.find_uploads(upload_ids)
            if upload.bound_to == to
        ]
        return tuple(
            decisions.end(upload, UploadEndReason.REMOVED, now)
            for upload in found
        )

    def shown(self, upload_ids: Sequence[str]) -> list[Photo]:
        """Return these uploads in this order, for a viewer that the caller has authorized.

        An upload that has been deleted since is missing.
        """
        return [
            self._shown(upload)
            for upload in self._repository.find_uploads(upload_ids)
        ]

    def _shown(self, upload: Upload) -> Photo:
        if upload.state is not UploadState.READY:
            return Photo(upload=upload)
        lasts = policy.SHOWN_FOR
        return Photo(
            upload=upload,
            url=self._files.presign_get(upload.photo, lasts),
            thumb_url=self._files.presign_get(upload.thumb, lasts),
            expires_at=self._clock.now() + lasts,
        )

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return what uploads hold about a person, for the export of their data."""
        return {"uploads": list(self._repository.uploads_of(person_id))}
