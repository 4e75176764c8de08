// The CronJob controller: starts a Job at each scheduled time.
#pragma once

#include <memory>
#include <optional>

#include "reconcile/controller.h"
#include "server/controllers/cron_schedule.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_cron_job_controller();

// Which scheduled time is due. Pure.
struct CronDue {
    std::optional<WallTime> due;          // the latest one that has passed and is not started
    bool missed_many = false;              // over 100 were missed
    std::optional<WallTime> next;
};
CronDue due_time(const CronSchedule& schedule, WallTime since, std::optional<int64_t> starting_deadline_s, WallTime now);

}  // namespace skiff::controllers
