// WatchSink: the receiving end of one watch. Two implementations: an HTTP response (handlers/watch_stream) and an in-process client.
#pragma once

#include <map>
#include <string>

#include "base/status.h"
#include "net/http.h"
#include "server/apiserver/registry/filter.h"
#include "server/apiserver/registry/item.h"

namespace skiff::apiserver {

enum class WatchType { Added, Modified, Deleted };

// Serialized forms of one event, made once and shared by all watchers of the same form. Lives during one fan-out.
using SharedLines = std::map<std::string, net::Bytes>;

class WatchSink {
public:
    virtual ~WatchSink() = default;
    // All on the cache's watch thread, one at a time; must not block.
    virtual void event(WatchType type, const api::ObjectPtr& object, SharedLines* shared) = 0;
    // The same for who applies selectors itself; previous is the state before the change, or null.
    virtual void change(WatchType type, const api::ObjectPtr& object, const api::ObjectPtr&, SharedLines* shared) { event(type, object, shared); }
    // initial_end: the bookmark that ends the initial events of sendInitialEvents.
    virtual void bookmark(int64_t revision, bool initial_end) = 0;
    // The watch is over, with an error (Expired) or without one (the server closes it); nothing comes afterwards.
    virtual void end(const Status& status) = 0;
};

struct WatchSpec {
    enum class Start {
        State,          // the present state as ADDED, then changes
        Now,            // changes from now on
        Revision,       // changes after `revision`
    };
    Filter filter;
    Start start = Start::State;
    int64_t revision = 0;
    bool bookmarks = false;
    bool initial_bookmark = false;   // after the state of Start::State
    int64_t timeout_s = 0;           // 0: the server's choice
};

}  // namespace skiff::apiserver
