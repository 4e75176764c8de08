// Metrics of the SQLite store. Updated by its writer thread. Without a registry a private one is used.
#pragma once

#include <memory>

#include "base/metrics.h"

namespace skiff::store {

struct StoreMetrics {
    explicit StoreMetrics(metrics::Registry* registry)
        : own(registry ? nullptr : std::make_unique<metrics::Registry>()), registry_(registry ? *registry : *own) {}

private:
    std::unique_ptr<metrics::Registry> own;
    metrics::Registry& registry_;

public:
    metrics::Histogram& commit_seconds =
        registry_.histogram("skiff_store_commit_duration_seconds", "Time of one durable SQLite transaction.").with({});
    metrics::Histogram& group_size = registry_
                                         .histogram("skiff_store_group_transactions", "Transactions that share one durable SQLite transaction.", {},
                                                    {1, 2, 4, 8, 16, 32, 64, 128, 256, 512})
                                         .with({});
    metrics::Counter& synced = registry_.counter("skiff_store_synced_transactions_total", "Committed transactions that waited for the disk.").with({});
    metrics::Counter& cheap = registry_.counter("skiff_store_cheap_transactions_total", "Committed transactions that did not wait for the disk.").with({});
    metrics::Counter& refused = registry_.counter("skiff_store_refused_transactions_total", "Transactions that failed a check or the disk.").with({});
    metrics::Gauge& wal_bytes = registry_.gauge("skiff_store_wal_bytes", "Size of the write-ahead log that waits for a checkpoint.").with({});
    metrics::Gauge& entries = registry_.gauge("skiff_store_entries", "Keys in the store.").with({});
    metrics::Gauge& failed = registry_.gauge("skiff_store_failed", "1 after a disk error ended writing.").with({});
};

}  // namespace skiff::store
