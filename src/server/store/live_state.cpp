#include "server/store/live_state.h"

#include <algorithm>

namespace skiff::store {

namespace {

// Bytes that only the history keeps alive: those that the event replaced.
size_t held_bytes(const Event& event) { return 128 + (event.previous ? event.previous->value->size() : 0); }

size_t bytes_of(const Entry& entry) { return entry.key.size() + entry.value->size(); }

auto first_after(const std::deque<Event>& events, Revision revision) {
    return std::upper_bound(events.begin(), events.end(), revision, [](Revision r, const Event& event) { return r < event.entry->mod_revision; });
}

}  // namespace

void LiveState::load(EntryPtr entry) {
    auto found = current_.find(std::string_view(entry->key));
    if (found != current_.end()) {
        bytes_ -= bytes_of(**found);
        found = current_.erase(found);
    }
    bytes_ += bytes_of(*entry);
    current_.insert(found, std::move(entry));
}

void LiveState::unload(std::string_view key) {
    auto found = current_.find(key);
    if (found == current_.end()) return;
    bytes_ -= bytes_of(**found);
    current_.erase(found);
}

void LiveState::set_start(Revision revision) { events_start_ = revision; }

EntryPtr LiveState::find(std::string_view key) const {
    auto found = current_.find(key);
    return found == current_.end() ? nullptr : *found;
}

std::vector<EntryPtr> LiveState::range(const KeyRange& keys, size_t limit, const Undo& undo) const {
    std::vector<EntryPtr> out;
    auto live = current_.lower_bound(keys.first());
    auto past = undo.lower_bound(keys.first());
    while (limit == 0 || out.size() < limit) {
        bool has_live = live != current_.end() && keys.contains((*live)->key);
        bool has_past = past != undo.end() && keys.contains(past->first);
        if (!has_live && !has_past) break;
        if (has_past && (!has_live || past->first <= (*live)->key)) {
            if (has_live && past->first == (*live)->key) ++live;
            if (past->second) out.push_back(past->second);
            ++past;
        } else {
            out.push_back(*live++);
        }
    }
    return out;
}

void LiveState::undo_events(Revision revision, const KeyRange& keys, Undo& undo) const {
    for (auto first = first_after(events_, revision); first != events_.end(); ++first)
        if (keys.contains(first->entry->key)) undo.emplace(first->entry->key, first->previous);
}

std::vector<Event> LiveState::events_after(Revision revision) const { return {first_after(events_, revision), events_.end()}; }

void LiveState::apply(const Event& event) {
    if (event.type == Event::Type::Put) load(event.entry);
    else unload(event.entry->key);
    events_.push_back(event);
    event_bytes_ += held_bytes(event);
}

void LiveState::forget(Revision persisted) {
    while (!events_.empty() && (events_.size() > kEventsMax || event_bytes_ > kEventBytesMax)) {
        Revision revision = events_.front().entry->mod_revision;
        if (revision > persisted) return;
        // A transaction goes as a whole.
        while (!events_.empty() && events_.front().entry->mod_revision == revision) {
            event_bytes_ -= held_bytes(events_.front());
            events_.pop_front();
        }
        events_start_ = revision;
    }
}

}  // namespace skiff::store
