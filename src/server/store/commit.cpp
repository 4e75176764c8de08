#include <condition_variable>
#include <mutex>
#include <optional>

#include "server/store/store.h"

namespace skiff::store {

Result<Committed> Store::commit(std::vector<Write> writes) {
    // Every write waits here: a future would cost three system calls more.
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<Result<Committed>> answer;
    commit(std::move(writes), [&](Result<Committed> result) {
        std::lock_guard lock(mutex);   // until after the notice: who waits destroys all three
        answer.emplace(std::move(result));
        arrived.notify_one();
    });
    std::unique_lock lock(mutex);
    arrived.wait(lock, [&] { return answer.has_value(); });
    return *std::move(answer);
}

Result<Committed> Store::commit(Write write) {
    std::vector<Write> writes;
    writes.push_back(std::move(write));
    return commit(std::move(writes));
}

}  // namespace skiff::store
