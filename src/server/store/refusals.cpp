#include "server/store/refusals.h"


#include "base/text_map.h"
#include "server/store/row.h"

namespace skiff::store {

Status check_revision(Revision revision, Revision compact, Revision current) {
    if (revision < compact) return error(Reason::Expired, "too old resource version: {} ({})", revision, compact);
    if (revision > current)
        return error(Reason::Timeout, "Too large resource version: {}, current: {}", revision, current)
            .with_cause({"ResourceVersionTooLarge", "Too large resource version", ""})
            .with_retry_after(1);
    return {};
}

Status check_expected(const Write& write, const Entry* current) {
    if (!current && write.kind == Write::Kind::Delete) return error(Reason::NotFound, "{} not found", write.key);
    if (write.expected == Write::kAny) return {};
    if (write.expected == 0) {
        if (!current) return {};
        return error(Reason::AlreadyExists, "{} already exists", write.key);
    }
    if (!current) return error(Reason::Conflict, "{} was deleted, expected revision {}", write.key, write.expected);
    if (current->mod_revision == write.expected) return {};
    return error(Reason::Conflict, "{} is at revision {}, expected {}", write.key, current->mod_revision, write.expected);
}

Status check_shape(const std::vector<Write>& writes) {
    if (writes.empty()) return error(Reason::BadRequest, "a transaction needs at least one write");
    if (writes.size() > kWritesPerTransactionMax)
        return error(Reason::BadRequest, "a transaction of {} writes; at most {}", writes.size(), kWritesPerTransactionMax);
    if (writes.size() == 1) return {};
    TextViewSet keys;
    for (const auto& write : writes)
        if (!keys.insert(write.key).second) return error(Reason::BadRequest, "{} is written twice in one transaction", write.key);
    return {};
}

std::string stamped(std::string_view value, size_t stamp_at, Revision revision) {
    if (stamp_at == Write::npos || stamp_at > value.size()) return std::string(value);
    // Not a byte more than it needs: this is what stays in memory as long as the object does.
    const std::string text = std::to_string(revision);
    std::string out;
    out.reserve(value.size() + text.size());
    out.append(value.substr(0, stamp_at)).append(text).append(value.substr(stamp_at));
    return out;
}

}  // namespace skiff::store
