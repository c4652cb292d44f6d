#!/usr/bin/env python3
"""A second verifier of exported logs, written from docs/AUDIT.md alone.
verify.py BUNDLE KEY [COPY...]   prints `whole`, `whole with fork`, `needs newer` or `not whole`, the first wrong position, and
                                 what was found
verify.py -                      does so for each line of the standard input, its words parted by tabs
"""
import base64, datetime, hashlib, json, math, os, re, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
EPOCH, MICROSECOND, MOMENT = datetime.datetime(1970, 1, 1), datetime.timedelta(microseconds=1), "%Y-%m-%dT%H:%M:%S.%fZ"
WRONG = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError)
def must(condition):
    if not condition: raise ValueError
def sha(data): return hashlib.sha256(data).digest()
def root(hashes):
    while len(hashes) > 1:  # one that has no sibling goes up as it is
        pairs = [sha(b"\1" + hashes[i] + hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(pairs) * 2:]
    return hashes[0] if hashes else sha(b"")
def unbase64(text):
    return must(base64.b64encode(base64.b64decode(text, validate=True)).decode() == text) or base64.b64decode(text)
def decimal(text): return must(re.fullmatch("0|[1-9][0-9]{0,19}", text) and int(text) < 1 << 64) or int(text)
def canonical(value): return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
def parse_key(text):
    name, id, key = text.split("+", 2)
    raw = unbase64(key)
    must(len(raw) == 33 and raw[0] == 1 and id == sha(name.encode() + b"\n" + raw)[:4].hex())
    return name, id, raw[1:]
def says(key, text, data):
    try: Ed25519PublicKey.from_public_bytes(key[2]).verify(data[4:], text.encode())
    except InvalidSignature: return False
    return data[:4].hex() == key[1]
class Note:
    def __init__(self, data):
        text, lines = data.decode("utf-8").rsplit("\n\n", 1)
        self.text = text + "\n"
        must(lines.endswith("\n") and not re.search("[\0-\x09\x0b-\x1f]", text + lines))
        lines = [re.fullmatch(r"\u2014 ([^\s+]+) (\S+)", line).groups() for line in lines[:-1].split("\n")]
        self.signatures = [(name, unbase64(signature)) for name, signature in lines]
        self.origin, size, hash, *more = text.split("\n")
        self.size, self.root = decimal(size), unbase64(hash)
        must(self.origin and "" not in more and len(self.root) == 32 and all(len(s) > 4 for _, s in self.signatures))
    def by(self, key):
        own = [data for name, data in self.signatures if (name, data[:4].hex()) == key[:2]]
        return all(says(key, self.text, data) for data in own) if own else None
def is_text(value): return isinstance(value, str)
def is_id(value): return is_text(value) and bool(re.fullmatch("[0-7][%s]{25}" % ALPHABET, value))
def is_write(value):
    return (isinstance(value, dict) and set(value) == {"column", "row", "sha256", "table"}
            and all(map(is_text, value.values())) and bool(re.fullmatch("[0-9a-f]{64}", value["sha256"])))
def some(kind, of=list):
    return lambda value: isinstance(value, of) and value and all(map(kind, value.values() if of is dict else value))
NEEDED = set("action at id outcome permission request v".split())
FORMS = dict.fromkeys("action at case_asked_for code outcome permission role subject".split(), is_text) | dict.fromkeys(
    "actor case id request session".split(), is_id) | dict.fromkeys(["fields", "groups"], some(is_text)) | {
    "cases": some(is_id), "details": some(is_text, dict), "sealed": some(is_write),
    "v": lambda v: type(v) is int and v == 1}
def parts(data, width):
    got, at = [], 0
    while len(got) < width and at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        if end > len(data): break
        got.append(data[at + 2:end])
        at = end
    return got, data[at:]
def hashes(data, width):
    got = [data[at:at + 32] for at in range(0, len(data) - 31, 32)]
    return got[:width], data[32 * width:] or data[32 * len(got):]
def lines(data, width):
    *got, rest = data.split(b"\n")
    return got[:width], rest or got[width:]
class Verifier:
    def __init__(self, bundle, key, *copies):
        self.bundle, self.pinned, self.found, self.first, self.expected = bundle, parse_key(key), [], math.inf, set()
        self.copies, self.latest, self.ids = [open(path, "rb").read() for path in copies], -1 << 63, set()
        self.rotations, self.forks, self.abandoned, self.fit, self.misfit, self.node = [], [], [], 0, None, math.inf
    def tell(self, what, position=math.inf, node=math.inf):
        self.found.append(what)
        self.first, self.node = min(self.first, position), min(self.node, node)
    def attempt(self, what, check, *arguments, position=math.inf):
        try: check(*arguments)
        except WRONG: self.tell(what, position)
    def read(self, path, position=math.inf):
        full = os.path.join(self.bundle, path)
        self.expected.add(path)
        if os.path.isfile(full) and not os.path.islink(full):
            return open(full, "rb").read()
        if path != "kept-checkpoint": self.tell("missing " + path, position)
    def things(self, kind, count, split, span=1):
        for start in range(0, count, 256):  # all of a kind in order, None for each that is not there
            width, digits = min(256, count - start), str(start // 256)
            path = kind + "/" + re.sub("(...)(?=.)", r"x\1/", "0" * (-len(digits) % 3) + digits)
            data = self.read(path + (".p/%d" % width if width < 256 else ""), start * span)
            got, rest = split(data, width) if data is not None else ([], b"")
            if data is not None and (len(got) < width or rest):
                self.tell("length of " + kind, (start + len(got)) * span)
            yield from got + [None] * (width - len(got))
    def entry(self, position, data, columns):
        entry = json.loads(data.decode("utf-8"))
        if type(entry["v"]) in (int, float) and entry["v"] != 1: return self.tell("version", position)
        must(canonical(entry) == data and NEEDED <= set(entry) <= set(FORMS))
        must(all(FORMS[name](entry[name]) for name in entry))
        must(entry["outcome"] in ("done", "refused", "failed") and re.fullmatch("[a-z_]+[.][a-z_]+", entry["action"]))
        moment, before = datetime.datetime.strptime(entry["at"], MOMENT), self.latest
        must(moment.strftime(MOMENT) == entry["at"])
        at = (moment - EPOCH) // MICROSECOND
        self.latest = at if before - at > 60_000_000 else max(at, before)
        number = sum(ALPHABET.index(digit) << 5 * place for place, digit in enumerate(reversed(entry["id"])))
        must(before - at <= 60_000_000 and number >> 80 == at // 1000 and number not in self.ids)
        self.ids.add(number)
        action, details = entry["outcome"] == "done" and entry["action"], entry.get("details", {})
        said = lambda *said: "".join(
            line + "\n" for line in ("waystation/%s" % action, self.pinned[0], *(details[name] for name in said)))
        if action == "audit.fork_accept":
            lost, (one, other) = (decimal(details["abandoned_size"]), unbase64(details["abandoned_root"])), details["accepted_by"].split(" ")
            must(len(lost[1]) == 32 and is_id(one) and is_id(other) and one != other and re.fullmatch("[a-z_]+", details["reason"]))
            text = said("abandoned_size", "abandoned_root", "accepted_by", "reason")
            self.forks.append((position, lost, text, unbase64(details["signature"])))
        if action == "audit.key_rotate":
            old, new = parse_key(details["old_key"]), parse_key(details["new_key"])
            must(old[0] == new[0] == self.pinned[0] and old == (self.rotations or [(0, 0, old)])[-1][2])
            must(says(old, said("old_key", "new_key"), unbase64(details["signature"])) and len(self.rotations) < 1000)
            self.rotations.append((position, old, new))
        beside = {name: entry.get(name) for name in "action actor case id outcome subject".split()}
        must(columns in (None, canonical(beside | {"position": position, "recorded_at": entry["at"]})))
    def checkpoints(self, newest, entries, leaves):
        trusted, signer, before, size, last = self.pinned, None, [], 0, newest
        halves = (self.read("checkpoints") or b"").split(b"\n\n")
        for place in range(0, len(halves) if halves != [b""] else 0, 2):
            last = Note(b"\n\n".join(halves[place:place + 2]) + (b"" if place + 2 >= len(halves) else b"\n"))
            must(last.origin == self.pinned[0] and size <= last.size <= newest.size)
            size, signed = last.size, last.by(trusted)
            fits = last.root == root(entries[:size])
            self.fit = size if fits else self.fit
            self.misfit = self.misfit or not fits and (self.fit, size, last.root == root(leaves[:size]))
            if signed:
                signer = trusted
                trusted = ([new for at, old, new in self.rotations if old == trusted and at < size] + [trusted])[0]
            elif signed is None and signer is None:
                before.append(size)
            else:
                self.tell("signature of the checkpoint of %d" % size)
        must(last.text == newest.text and signer and newest.by(signer))
        must(not before or any(new == self.pinned and at < before[-1] for at, _, new in self.rotations))
    def copy(self, data, size, entries, leaves):
        note = Note(data)
        must(note.origin == self.pinned[0] and any(note.by(key) for key in self.known))
        fits = note.size <= size and note.root in (root(entries[:note.size]), root(leaves[:note.size]))
        must(fits or (note.size, note.root) in self.abandoned)
    def levels(self, entries, leaves):
        level, below = 1, (entries, leaves)
        while len(entries) >> 8 * level:
            below = [[root(of[i:i + 256]) for i in range(0, len(of) - 255, 256)] for of in below]
            stored = self.things("tile/%d" % level, len(below[0]), hashes, 256 ** level)
            for index, (found, *right) in enumerate(zip(stored, *below)):
                if found not in (None, *right): self.tell("hash of level %d" % level, node=index * 256 ** level)
            level += 1
    def keys(self):
        listed = [parse_key(line) for line in self.read("keys").decode().split("\n")[:-1]]
        keys = [old for _, old, _ in self.rotations[:1]] + [new for *_, new in self.rotations] or [self.pinned]
        if self.pinned not in keys: self.tell("the trusted key is none of the log's", self.rotations[0][0])
        must(listed[:len(keys)] == keys and self.read("keys").endswith(b"\n"))
    def walk(self, newest):
        entries, leaves = [], []
        kinds = ("tile/entries", parts), ("tile/0", hashes), ("columns", lines)
        files = [self.things(kind, newest.size, split) for kind, split in kinds]
        for position, (data, stored, columns) in enumerate(zip(*files)):
            if data is None and stored is None:
                return self.tell("neither entry nor hash", position)
            found = stored if data is None else sha(b"\0" + data)
            entries.append(found)
            leaves.append(stored or found)
            if found != leaves[-1]: self.tell("entry is not its leaf", position)
            if data is not None:
                self.attempt("entry", self.entry, position, data, columns, position=position)
        self.levels(entries, leaves)
        self.attempt("checkpoints", self.checkpoints, newest, entries, leaves)
        if newest.root != root(entries) and not self.misfit:
            self.misfit = self.fit, newest.size, newest.root == root(leaves)
        if self.misfit:
            after, size, fits_tiles = self.misfit
            self.tell("root", math.inf if fits_tiles or after >= size or self.first < size else after)
        self.known = [self.pinned] + [key for _, *both in self.rotations for key in both]
        for position, lost, text, data in self.forks:
            if any(says(key, text, data) for key in self.known): self.abandoned.append(lost)
            else: self.tell("fork", position)
        kept = self.read("kept-checkpoint")
        for data in self.copies + ([] if kept is None else [kept]):
            self.attempt("copy", self.copy, data, newest.size, entries, leaves)
    def run(self):
        newest = Note(self.read("checkpoint"))
        must(newest.origin == self.pinned[0])
        self.walk(newest)
        self.attempt("keys", self.keys)
        self.attempt("unsequenced", lambda: must(self.read("unsequenced") in (b"", None)))
        there = [os.path.join(folder, name) for folder, _, names in os.walk(self.bundle) for name in names]
        for path in {os.path.relpath(path, self.bundle) for path in there} - self.expected:
            self.tell("surplus " + path)
if __name__ == "__main__":
    for line in sys.stdin if sys.argv[1:] == ["-"] else ["\t".join(sys.argv[1:])]:
        verifier = Verifier(*line.rstrip("\n").split("\t"))
        verifier.attempt("newest checkpoint", verifier.run)
        verdict = "not whole" if set(verifier.found) - {"version"} else "needs newer" if verifier.found else (
            "whole with fork" if verifier.abandoned else "whole")
        first = verifier.first if verifier.first < math.inf else verifier.node
        print(verdict, "-" if first == math.inf else first, "; ".join(verifier.found[:9]), sep="\t", flush=True)
    sys.exit(("whole", "not whole", "needs newer", "whole with fork").index(verdict))
