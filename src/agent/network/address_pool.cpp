#include "agent/network/address_pool.h"

#include "base/file.h"
#include "base/log.h"

namespace skiff::agent::network {

Result<AddressPool> AddressPool::open(const std::string& folder, const sys::Cidr& cidr) {
    TRY(file::make_dirs(folder, 0700));
    AddressPool pool(folder, cidr);
    for (const auto& name : TRY(file::list_dir(folder))) {
        auto address = sys::IpAddress::parse(name);
        auto owner = file::read(folder + "/" + name, 256);
        // A half-written lease or one of another range is worth nothing.
        if (!address.ok() || !owner.ok() || owner->empty() || !cidr.contains(*address)) {
            TRY(file::remove(folder + "/" + name));
            continue;
        }
        pool.by_pod_[*owner] = *address;
        pool.by_address_[name] = *owner;
    }
    return pool;
}

const sys::IpAddress* AddressPool::find(const std::string& pod_uid) const {
    auto it = by_pod_.find(pod_uid);
    return it == by_pod_.end() ? nullptr : &it->second;
}

Result<sys::IpAddress> AddressPool::lease(const std::string& pod_uid) {
    if (const auto* had = find(pod_uid)) return *had;
    const uint64_t count = cidr_.host_count();
    for (uint64_t tried = 2; tried + 1 < count; ++tried, ++next_) {
        if (next_ < 2 || next_ + 1 >= count) next_ = 2;
        auto address = cidr_.network().plus(next_);
        if (by_address_.count(address.text())) continue;
        TRY(file::write_volatile(folder_ + "/" + address.text(), pod_uid, 0600));
        by_pod_[pod_uid] = address;
        by_address_[address.text()] = pod_uid;
        ++next_;
        return address;
    }
    return error(Reason::ServiceUnavailable, "no free address left in {}", cidr_.text());
}

Status AddressPool::release(const std::string& pod_uid) {
    auto it = by_pod_.find(pod_uid);
    if (it == by_pod_.end()) return {};
    auto text = it->second.text();
    TRY(file::remove(folder_ + "/" + text));
    by_address_.erase(text);
    by_pod_.erase(it);
    return {};
}

std::vector<std::string> AddressPool::pods() const {
    std::vector<std::string> uids;
    for (const auto& [uid, address] : by_pod_) uids.push_back(uid);
    return uids;
}

}  // namespace skiff::agent::network
