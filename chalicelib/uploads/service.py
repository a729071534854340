"""Photos that people send: the form they send them with, what becomes of what arrives, and what shows them.

A file arrives beside the house, in the bucket, and the house hears of it by a queue: it may hear of it twice, late, never,
or die over it at any step. So nothing is deleted that a commit has not given up before, and what a commit has given up is
deleted by an alarm too, once nobody can write it any more (`Upload.clear_at`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..adapters.photos import CLEANED_TYPE, Cleaned, NotTaken, cleaned
from ..adapters.ports import Files, PostForm
from ..kernel.access import Relation, Resource
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.errors import Invalid, NotFound
from ..kernel.ids import ID_PATTERN, Ids
from ..kernel.request import RequestContext
from ..people.access import Access
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import decisions, permissions, policy
from .model import INCOMING, Kind, Reason, Upload, UploadState
from .repository import UploadRepository

__all__ = ["Photo", "UploadForm", "Uploads"]

_ID = re.compile(f"upl_{ID_PATTERN}")
Decide = Callable[[Upload], Changes[Upload]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadForm:
    """An upload with the form that sends it."""

    upload: Upload
    form: PostForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """An upload as it is shown: with addresses, good until `expires_at`, once it is ready. They are all that it takes to see it."""

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
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids = clock, ids
        self._entities = EntityStore(transaction, self._find, place=lambda upload: upload.place)
        self._access, self._files = access, files

    # their owner's

    def create_upload(self, context: RequestContext, kind: Kind, content_type: str, size: int) -> UploadForm:
        """Begin an upload of so many bytes at most; return the form that sends it."""
        id = self._ids.new("upl")

        def decide() -> Changes[Upload]:
            own = {Relation.OWNER: frozenset({context.actor.id})}
            resource = Resource(see=permissions.SEE, relations=own)
            actor = self._access.require(context, permissions.CREATE, resource).actor
            now = self._clock.now()
            upload = Upload(
                id=id,
                created_at=now,
                updated_at=now,
                owner=actor.id,
                kind=kind,
                content_type=content_type,
                size=size,
            )
            return Changes(entity=upload, previous=None, writes=(decisions.count_begun(actor.id, now),))

        return self._with_form(self._transaction.run(decide, context))

    def reread_form(self, context: RequestContext, upload_id: str) -> UploadForm:
        """Return the form of one's own upload once more, good for as long as the first was."""
        return self._with_form(self._own(context, upload_id))

    def _with_form(self, upload: Upload) -> UploadForm:
        form = self._files.presign_post(upload.incoming, upload.content_type, upload.size, upload.form_expires_at)
        return UploadForm(upload=upload, form=form)

    def read_upload(self, context: RequestContext, upload_id: str) -> Photo:
        """Return one's own upload."""
        return self._shown(self._own(context, upload_id))

    def _own(self, context: RequestContext, upload_id: str) -> Upload:
        upload = self._repository.find_upload(upload_id)
        if upload is None:
            raise NotFound
        self._access.require(context, permissions.READ, upload.as_resource())
        return upload

    # for other features

    def binding(
        self, actor_id: str, upload_ids: Sequence[str], to: str, place: str, loc: Sequence[str | int]
    ) -> tuple[Changes[Upload], ...]:
        """Return the decisions that make these uploads of the actor's part of `to`; they go into the commit that makes it.

        One that has not arrived yet is taken too, and is seen once it is ready. Once more to the same is no error.

        Raises:
            Invalid: one is named twice, is not hers, has come to nothing or is part of something else; `loc` and its index say which.

        """
        known = {upload.id: upload for upload in self._repository.find_uploads([id for id in upload_ids if _ID.fullmatch(id)])}
        for n, id in enumerate(upload_ids):
            if id in upload_ids[:n]:
                raise Invalid("upload.twice", [*loc, n])
        return tuple(decisions.bind(known.get(id), actor_id, to, place, [*loc, n]) for n, id in enumerate(upload_ids))

    def releasing(self, to: str, upload_ids: Sequence[str]) -> tuple[Changes[Upload], ...]:
        """Return the decisions that end what is no longer part of `to`: nobody is shown it, and its files go within the hour."""
        now = self._clock.now()
        found = [upload for upload in self._repository.find_uploads(upload_ids) if upload.bound_to == to]
        return tuple(decisions.end(upload, Reason.REMOVED, now) for upload in found)

    def shown(self, upload_ids: Sequence[str]) -> list[Photo]:
        """Return these uploads as they are shown, in this order and in one request; the caller has authorized.

        One that is long over is left out.
        """
        return [self._shown(upload) for upload in self._repository.find_uploads(upload_ids)]

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

    def delete_bound(self, to: str, upload_ids: Sequence[str]) -> None:
        """Delete the files of what is part of `to`, now; of what is part of something else nothing."""
        for upload in self._repository.find_uploads(upload_ids):
            if upload.bound_to == to:
                self._settle(upload.id, lambda upload: self._ended(upload, Reason.REMOVED))

    # what arrives

    def clean(self, key: str) -> None:
        """Make a photo of what has arrived at a key, or refuse it; what belongs to nobody, or comes too late, is deleted.

        Whatever a worker that died here has done is done once more, and to the same end. Two at once can only be at work on
        two files of the same owner's form, and either is a clean photo of hers.
        """
        if not key.startswith(INCOMING):
            return
        upload = self._find(key.removeprefix(INCOMING))
        if upload and upload.state is UploadState.PENDING:
            self._judge(upload)
        else:
            self._files.delete(key)

    def _judge(self, upload: Upload) -> None:
        size = self._files.size_of(upload.incoming)
        if size is None:  # a worker before has deleted it, and its commit is on its way, or this came twice
            return
        try:  # should it be deleted just now, its end is committed already, and a refusal changes nothing
            if size > policy.MOST_BYTES:
                raise NotTaken("too_large")
            photo = cleaned(self._files.read(upload.incoming, policy.MOST_BYTES) or b"", upload.content_type)
        except NotTaken as refused:
            reason = Reason(refused.reason)
            self._settle(upload.id, lambda upload: decisions.refuse(upload, reason, self._clock.now()))
            return
        self._keep(upload, photo)

    def _keep(self, upload: Upload, photo: Cleaned) -> None:
        self._files.write(upload.photo, photo.photo, CLEANED_TYPE)
        self._files.write(upload.thumb, photo.thumb, CLEANED_TYPE)
        size = len(photo.photo)
        # It may have been given up meanwhile; then what has just been written is deleted with the rest.
        self._settle(upload.id, lambda upload: decisions.make_ready(upload, photo.width, photo.height, size, self._clock.now()))

    # by themselves

    def wake_upload(self, upload_id: str, timer_id: str) -> None:
        """An upload has waited long enough, if it was woken by the alarm that it waits for."""
        upload = self._find(upload_id)
        if upload is None or not _waits_for(upload, timer_id):
            return
        self._delete(upload)  # before the commit that says that nothing is left
        upload, _ = self._entities.on_timer(upload_id, timer_id, lambda upload: decisions.on_timer(upload, self._clock.now()))
        self._delete(upload)

    def rearm_lost(self) -> int:
        """Arm anew the uploads that wait for something and have no alarm; return how many there were."""
        return self._entities.rearm(self._repository.waiting_uploads())

    def place_of(self, upload_id: str) -> str:
        """Return the place of what shows an upload, empty where there is none."""
        return self._entities.place_of(upload_id)

    # the account

    def forget_person(self, person_id: str) -> None:
        """Delete the photos of somebody who was erased, but for those that are part of something: that is for what shows them."""
        for upload in self._repository.uploads_of(person_id):
            if not upload.bound_to:
                self._settle(
                    upload.id,
                    lambda upload: _same(upload) if upload.bound_to else self._ended(upload, Reason.OWNER_ERASED),
                )

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return what uploads hold about a person (see `people.service.DataExporter`)."""
        return {"uploads": list(self._repository.uploads_of(person_id))}

    def _ended(self, upload: Upload, reason: Reason) -> Changes[Upload]:
        return decisions.end(upload, reason, self._clock.now())

    def _find(self, upload_id: str) -> Upload | None:
        return self._repository.find_upload(upload_id) if _ID.fullmatch(upload_id) else None

    def _settle(self, upload_id: str, decide: Decide) -> None:
        """Commit a decision about an upload, and delete at once what must not be there after it."""
        self._delete(self._entities.update(upload_id, decide))

    def _delete(self, upload: Upload) -> None:
        for key in upload.leftovers:
            self._files.delete(key)


def _waits_for(upload: Upload, timer_id: str) -> bool:
    return upload.timer is not None and upload.timer.id == timer_id


def _same(upload: Upload) -> Changes[Upload]:
    return Changes(entity=upload, previous=upload)
