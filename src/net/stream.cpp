#include "net/stream.h"

#include <atomic>

namespace skiff::net {

namespace {

constexpr size_t kHighWaterBytes = 256 << 10;

struct Splice {
    std::shared_ptr<Stream> a, b;
    std::function<void()> done;
    std::atomic<int> open{2};
};
using SplicePtr = std::shared_ptr<Splice>;
using Side = std::shared_ptr<Stream> Splice::*;

void ended(const SplicePtr& splice, Side to, const Status& status) {
    if (status.ok()) (splice.get()->*to)->shutdown_write();
    else (splice.get()->*to)->close();
    if (--splice->open == 0 && splice->done) splice->done();
}

// The streams hold the splice through their data callbacks until they end; drained callbacks stay longer, so theirs is weak.
void copy(const SplicePtr& splice, Side from_side, Side to_side) {
    Stream* from = (splice.get()->*from_side).get();
    Stream* to = (splice.get()->*to_side).get();
    to->on_drained([weak = std::weak_ptr(splice), from] {
        if (auto alive = weak.lock()) from->resume();
    });
    from->start(
        [splice, from, to](std::string_view bytes) {
            if (!to->write(bytes)) return from->close();
            if (to->queued_bytes() < kHighWaterBytes) return;
            from->pause();
            if (to->queued_bytes() == 0) from->resume();   // it drained in between
        },
        [splice, to_side](Status status) { ended(splice, to_side, status); });
}

}  // namespace

void splice(std::shared_ptr<Stream> a, std::shared_ptr<Stream> b, std::function<void()> done) {
    auto splice = std::make_shared<Splice>();
    splice->a = std::move(a);
    splice->b = std::move(b);
    splice->done = std::move(done);
    copy(splice, &Splice::a, &Splice::b);
    copy(splice, &Splice::b, &Splice::a);
}

}  // namespace skiff::net
