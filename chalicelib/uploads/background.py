"""The background work of uploads: cleaning what arrives, timers, and the erasure of a person.

A file arrives in the bucket, and a queue reports it: twice, late or never. Every step may crash.
So no file is deleted before a commit has given it up. A timer deletes it again once nobody can
write it any more (`Upload.clear_at`).
"""

from collections.abc import Callable, Sequence

from ..adapters.photos import (
    CLEANED_TYPE,
    CleanPhoto,
    PhotoRejected,
    clean_photo,
)
from ..adapters.ports import Files
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.ended_relations import EndedRelations, RelationKind
from ..kernel.paging import Position
from ..people.consents import Consents
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import decisions, policy
from .model import INCOMING, Upload, UploadEndReason, UploadState, is_upload_id
from .repository import UploadRepository

__all__ = ["UploadJobs"]

Decide = Callable[[Upload], Changes[Upload]]


class UploadJobs:
    """Jobs about uploads."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: UploadRepository,
        clock: Clock,
        files: Files,
        consents: Consents,
    ) -> None:
        self._repository, self._clock, self._files = repository, clock, files
        self._consents = consents
        self._entities = EntityStore(
            transaction, self._find, place=lambda upload: upload.place
        )

    def clean(self, key: str) -> None:
        """Make a photo of the file at a key, or refuse it. Idempotent.

        A file that belongs to no upload, or comes too late, is deleted. Two workers at once can
        only have two files of the same form; either becomes a clean photo of the same owner.
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
        if size is None:  # another worker has deleted it
            return
        # If the upload is deleted meanwhile, its end is committed and a refusal changes nothing.
        try:
            if size > policy.MAX_BYTES:
                raise PhotoRejected("too_large")
            photo = clean_photo(
                self._files.read(upload.incoming, policy.MAX_BYTES) or b"",
                upload.content_type,
            )
        except PhotoRejected as refused:
            reason = UploadEndReason(refused.reason)
            self._settle(
                upload.id,
                lambda upload: decisions.refuse(
                    upload, reason, self._clock.now()
                ),
            )
            return
        self._keep(upload, photo)

    def _keep(self, upload: Upload, photo: CleanPhoto) -> None:
        self._files.write(upload.photo, photo.photo, CLEANED_TYPE)
        self._files.write(upload.thumb, photo.thumb, CLEANED_TYPE)
        size = len(photo.photo)
        # It may have ended meanwhile. Then the new files are deleted with the rest.
        self._settle(
            upload.id,
            lambda upload: decisions.make_ready(
                upload, photo.width, photo.height, size, self._clock.now()
            ),
        )

    def on_timer(self, upload_id: str, timer_id: str) -> None:
        """End an upload that has waited long enough, if its armed timer is this one."""
        upload = self._find(upload_id)
        if upload is None or not _waits_for(upload, timer_id):
            return
        self._delete(upload)  # before the commit that says that no file is left
        upload, _ = self._entities.on_timer(
            upload_id, timer_id, self._timer_decision
        )
        self._delete(upload)

    def _timer_decision(self, upload: Upload) -> Changes[Upload]:
        return decisions.on_timer(upload, self._clock.now())

    def rearm_lost(self) -> int:
        """Arm the uploads that wait without a timer; return how many there were."""
        return self._entities.rearm(self._repository.waiting_uploads())

    def place_of(self, upload_id: str) -> str:
        """Return the place of what shows an upload; empty where there is none."""
        return self._entities.place_of(upload_id)

    def delete_bound(self, to: str, upload_ids: Sequence[str]) -> None:
        """Delete the files of those uploads that are part of `to`."""
        for upload in self._repository.find_uploads(upload_ids):
            if upload.bound_to == to:
                self._settle(
                    upload.id,
                    lambda upload: self._ended(upload, UploadEndReason.REMOVED),
                )

    def release(self, ended: EndedRelations) -> Position | None:
        """Delete the photos of a person who has no account any more, a page in a step."""
        reason = UploadEndReason.OWNER_LEFT
        if RelationKind.ERASED in ended.kinds:
            reason = UploadEndReason.OWNER_ERASED
        return self.delete_unbound(ended.person_id, reason, ended.cursor)

    def forget_slips(
        self, person_id: str, position: Position | None
    ) -> Position | None:
        """Delete the slips that an erased person has signed, a page in a step."""
        page = self._consents.read_page(
            person_id, position, policy.DELETED_PER_STEP
        )
        slips = [consent.slip for consent in page.items if consent.slip]
        self.delete_bound(person_id, list(dict.fromkeys(slips)))
        return page.next

    def delete_unbound(
        self,
        person_id: str,
        reason: UploadEndReason,
        position: Position | None = None,
    ) -> Position | None:
        """Delete the photos of a person that are part of nothing, a page in a step.

        The feature that shows a photo deletes it.
        """

        def decide(upload: Upload) -> Changes[Upload]:
            if upload.bound_to:
                return Changes(entity=upload, previous=upload)
            return self._ended(upload, reason)

        page = self._repository.uploads_page(
            person_id, position, policy.DELETED_PER_STEP
        )
        for upload in page.items:
            if not upload.bound_to:
                self._settle(upload.id, decide)
        return page.next

    def _ended(
        self, upload: Upload, reason: UploadEndReason
    ) -> Changes[Upload]:
        return decisions.end(upload, reason, self._clock.now())

    def _find(self, upload_id: str) -> Upload | None:
        return (
            self._repository.find_upload(upload_id)
            if is_upload_id(upload_id)
            else None
        )

    def _settle(self, upload_id: str, decide: Decide) -> None:
        """Commit a decision about an upload, and delete at once what must not be there after it."""
        self._delete(self._entities.update(upload_id, decide))

    def _delete(self, upload: Upload) -> None:
        for key in upload.leftovers:
            self._files.delete(key)


def _waits_for(upload: Upload, timer_id: str) -> bool:
    return upload.timer is not None and upload.timer.id == timer_id
