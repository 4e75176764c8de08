#include <future>

#include "server/store/store.h"

namespace skiff::store {

Result<Committed> Store::commit(std::vector<Write> writes) {
    std::promise<Result<Committed>> promise;
    auto answer = promise.get_future();
    commit(std::move(writes), [&promise](Result<Committed> result) { promise.set_value(std::move(result)); });
    return answer.get();
}

Result<Committed> Store::commit(Write write) {
    std::vector<Write> writes;
    writes.push_back(std::move(write));
    return commit(std::move(writes));
}

}  // namespace skiff::store
