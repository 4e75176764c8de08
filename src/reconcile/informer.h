// Informer: a local, always current map of one resource, fed by list and watch, with handlers that hear of each change. In the server's
// process its objects are the API server's own (shared pointers): a second map, no second copy.
//
// An informer that loses its watch resumes from its last revision; when that has expired it lists again and tells handlers the difference.
// Threads: start() returns at once; handlers run one at a time on a client thread and must be short (put a key on a queue). Reading is
// from any thread. Handlers may read informers, but must not write through the client.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/gvk.h"
#include "api/object.h"
#include "base/clock.h"
#include "client/client.h"

namespace skiff::reconcile {

using api::Gvr;
using api::ObjectPtr;

struct Handlers {
    // previous null: added; current null: deleted. The initial list arrives as additions.
    std::function<void(const ObjectPtr& previous, const ObjectPtr& current)> change;
};

class Informer {
public:
    virtual ~Informer() = default;
    virtual const Gvr& gvr() const = 0;
    virtual void add_handlers(Handlers handlers) = 0;          // a late one first hears all present objects as additions
    virtual bool synced() const = 0;                            // the first list has been delivered
    virtual ObjectPtr get(std::string_view ns, std::string_view name) const = 0;   // null when absent
    virtual std::vector<ObjectPtr> list(std::string_view ns = {}) const = 0;       // "" all namespaces; by key
    // An index: keys(object) names the index values it stands under. Asking twice for one name keeps the first.
    virtual void add_index(std::string name, std::function<std::vector<std::string>(const api::Object&)> keys) = 0;
    virtual std::vector<ObjectPtr> by_index(std::string_view name, std::string_view value) const = 0;
    // Names of built-in indexes, made when first asked for.
    static constexpr std::string_view kByOwner = "owner-uid";      // every ownerReference's uid

    // The revision that the map shows: of the newest list, event or bookmark.
    virtual int64_t revision() const = 0;
    // Waits until done() holds, looking after each change; false at the timeout. Not from a handler. For reading one's own writes.
    virtual bool wait_for(const std::function<bool()>& done, Duration timeout) = 0;
};

// Who starts and restarts watches, runs keys and writes: threads of their own, or in simulations the caller, one step at a time.
enum class Drive { Threads, Caller };

// Makes and shares informers: one per (resource, selectors) in a process. One thread starts and restarts all watches; it sleeps otherwise.
class InformerFactory {
public:
    static std::unique_ptr<InformerFactory> create(std::shared_ptr<client::Client> client, Clock& clock, Drive drive = Drive::Threads);
    virtual ~InformerFactory() = default;                       // stop()
    virtual std::shared_ptr<Informer> informer(const Gvr& gvr, const std::string& field_selector = {}, const std::string& ns = {},
                                               const std::string& label_selector = {}) = 0;
    // The unfiltered informer of the resource when somebody uses one, else null.
    virtual std::shared_ptr<Informer> find(const Gvr& gvr) = 0;
    // Ends an informer's watch and forgets it (a resource that is no longer served). Its map stays as it was.
    virtual void drop(const std::shared_ptr<Informer>& informer) = 0;
    virtual void start() = 0;                                   // starts all that were made; may be called again for new ones
    virtual bool wait_synced(Duration timeout) = 0;
    // Drive::Caller: (re)starts the watches that are due, on the caller's thread. True when there was one.
    virtual bool step() = 0;
    virtual std::optional<Duration> next_due() = 0;             // of a watch that waits for its back-off (Clock::elapsed())
    virtual void stop() = 0;
};

}  // namespace skiff::reconcile
