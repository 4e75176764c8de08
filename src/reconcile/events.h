// EventRecorder: writes core/v1 Events as client-go's recorder does: equal events within a window are one object whose count grows;
// a source that repeats itself is limited (25 burst, one per 5 minutes per object). Asynchronous and bounded; never blocks, may drop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/object.h"
#include "base/clock.h"
#include "client/client.h"
#include "json/value.h"

namespace skiff::reconcile {

struct ObjectReference {
    std::string api_version, kind, ns, name, uid, resource_version, field_path;
    static ObjectReference to(const api::Object& object);
};

// The thread behind recorders, shared by many; started by the first event.
class EventWriter {
public:
    enum class Mode { Thread, Inline };           // Inline: written by flush() on its caller's thread (simulations)
    static std::shared_ptr<EventWriter> create(Mode mode = Mode::Thread);
    virtual ~EventWriter() = default;              // stop()
    virtual void stop() = 0;                       // drops what waits and ends the thread; later events are dropped too
    virtual bool submit(std::function<void()> task) = 0;   // false: full
    virtual void flush() = 0;                      // returns when all that was submitted before is written
};

class EventRecorder {
public:
    static std::unique_ptr<EventRecorder> create(std::shared_ptr<EventWriter> writer, std::shared_ptr<client::Client> client, Clock& clock,
                                                 std::string component, std::string host = {});
    // component: source.component and reportingComponent ("deployment-controller", "kubelet"); host: source.host.
    static std::unique_ptr<EventRecorder> create(std::shared_ptr<client::Client> client, Clock& clock, std::string component, std::string host = {});
    virtual ~EventRecorder() = default;
    // type: Normal or Warning.
    virtual void event(const ObjectReference& about, std::string_view type, std::string_view reason, std::string message) = 0;
    virtual void flush() = 0;
};

}  // namespace skiff::reconcile
