"""Whether this installation can do its work: asked by load balancers, compose and watchers, without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import RedisError

from monitoring.selectors import scheduler_is_seen


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when database and Redis answer, else 503; says which of them does not, and nothing else.

    `scheduler` only tells: a web server whose scheduler stands still goes on serving pages, which say so in red.
    """
    needed = {"database": database_answers(), "redis": redis_answers()}
    told = {**needed, "scheduler": needed["database"] and scheduler_runs()}
    return JsonResponse(told, status=200 if all(needed.values()) else 503)


@login_not_required
@never_cache
@require_safe
def scheduler_health(request: HttpRequest) -> JsonResponse:
    """200 while the scheduler and a worker run, else 503: for whoever is to be called when they do not."""
    runs = scheduler_runs()
    return JsonResponse({"scheduler": runs}, status=200 if runs else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def redis_answers() -> bool:
    try:
        cache.get("health")
    except RedisError:
        return False
    return True


def scheduler_runs() -> bool:
    try:
        return scheduler_is_seen()
    except DatabaseError:
        return False
