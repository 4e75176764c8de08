#include "net/crowd.h"

#include <algorithm>

#include "base/text_map.h"

namespace skiff::net {

namespace {

void oldest_first(const std::vector<Standing>& all, std::vector<size_t>& chosen) {
    std::sort(chosen.begin(), chosen.end(), [&](size_t a, size_t b) { return all[a].since < all[b].since; });
}

}  // namespace

std::vector<size_t> leave_for_newcomer(const std::vector<Standing>& all, std::string_view newcomer, size_t batch) {
    TextViewMap<size_t> counts;
    for (const Standing& one : all) ++counts[one.address];
    const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == counts.end()) return {};
    const size_t own = counts.count(newcomer) ? counts[newcomer] : 0;
    const std::string_view loser = own >= most->second ? newcomer : most->first;
    std::vector<size_t> waiting, others;
    for (size_t i = 0; i < all.size(); ++i) {
        if (all[i].address == loser) (all[i].waiting ? waiting : others).push_back(i);
    }
    oldest_first(all, waiting);
    if (waiting.empty() && loser != newcomer) {
        oldest_first(all, others);
        waiting = {others.back()};   // one is enough: what runs is not closed ahead
    }
    if (waiting.size() > batch) waiting.resize(batch);
    return waiting;
}

std::vector<size_t> leave_for_memory(const std::vector<Standing>& all, Duration before, size_t small, size_t bytes) {
    std::vector<size_t> chosen;
    for (size_t i = 0; i < all.size(); ++i) {
        if (all[i].waiting && all[i].held > small && all[i].since <= before) chosen.push_back(i);
    }
    oldest_first(all, chosen);
    size_t freed = 0, count = 0;
    while (count < chosen.size() && freed < bytes) freed += all[chosen[count++]].held;
    chosen.resize(count);
    return chosen;
}

}  // namespace skiff::net
