"""What Plushka does by itself: work left for later, and work of every night and hour.

A module here holds the functions of one subject and is listed below; each opens its own transactions,
for a scheduled one usually once for each business.
"""

from plushka.delivery.jobs.advising import advise_tenant
from plushka.delivery.jobs.campaigning import count_journeys, count_tenant, send_tenant, take_up
from plushka.delivery.jobs.each_business import for_each_business
from plushka.delivery.jobs.foreseeing import foresee_tenant
from plushka.delivery.jobs.friends import pay_for_friends
from plushka.delivery.jobs.giving import give_tenant
from plushka.delivery.jobs.grouping import group_tenant
from plushka.delivery.jobs.journeys import lead_tenant
from plushka.delivery.jobs.long_work import clear_tenant, do_known_task
from plushka.delivery.jobs.measuring import measure_tenant
from plushka.delivery.jobs.paying_back import count_payback
from plushka.delivery.jobs.reporting import forget_reports
from plushka.delivery.jobs.reviewing import review_tenant
from plushka.delivery.jobs.segments import follow_segments
from plushka.delivery.jobs.settling import settle_tenant
from plushka.delivery.jobs.sweeping import sweep_office
from plushka.delivery.jobs.telling import forget_tenant, tell_tenant
from plushka.delivery.jobs.verification import verify_tenant
from plushka.domain.campaigns.operations import JOB as CAMPAIGN_JOB
from plushka.domain.tasks.operations import JOB
from plushka.platform.jobs import Job, Scheduled

JOBS: tuple[Job, ...] = (Job(JOB, do_known_task), Job(CAMPAIGN_JOB, take_up))

SCHEDULED: tuple[Scheduled, ...] = (
    Scheduled("friends", "* * * * *", for_each_business("friends", pay_for_friends)),
    Scheduled("segments", "*/10 * * * *", for_each_business("segments", follow_segments)),
    Scheduled("campaigns", "* * * * *", for_each_business("campaigns", send_tenant)),
    Scheduled("figures", "50 * * * *", for_each_business("figures", count_tenant)),
    Scheduled("journey-figures", "55 * * * *", for_each_business("journey-figures", count_journeys)),
    Scheduled("journeys", "* * * * *", for_each_business("journeys", lead_tenant)),
    Scheduled("settle", "*/15 * * * *", for_each_business("settle", settle_tenant)),
    Scheduled("review", "5 * * * *", for_each_business("review", review_tenant)),
    Scheduled("occasions", "12 * * * *", for_each_business("occasions", give_tenant)),
    Scheduled("tell", "20 * * * *", for_each_business("tell", tell_tenant)),
    Scheduled("sweep", "35 * * * *", sweep_office),
    Scheduled("clear", "15 3 * * *", for_each_business("clear", clear_tenant)),
    Scheduled("forget reports", "20 3 * * *", for_each_business("forget reports", forget_reports)),
    Scheduled("forget", "25 3 * * *", for_each_business("forget", forget_tenant)),
    Scheduled("measure", "50 * * * *", for_each_business("measure", measure_tenant)),
    Scheduled("groups", "40 * * * *", for_each_business("groups", group_tenant)),
    Scheduled("foresee", "45 * * * *", for_each_business("foresee", foresee_tenant)),
    Scheduled("payback", "52 * * * *", for_each_business("payback", count_payback)),
    Scheduled("advise", "57 * * * *", for_each_business("advise", advise_tenant)),
    Scheduled("verify", "30 2 * * *", for_each_business("verify", verify_tenant)),
)
"""Points due are decided when read, so how often they are booked is a matter of reports only; tiers are looked
at hourly because each business has its own midnight, and each member once a day; so are points that burn soon, which
are told at noon. Points for friends are looked for every minute: who waits for none looks into an empty index."""
