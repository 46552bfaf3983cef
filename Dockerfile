# Build: dependencies by hash into a virtual environment, static files gathered. Nothing of this stage but its results
# is in the image that runs.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /venv
COPY requirements/base.txt requirements/base.txt
RUN /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements/base.txt
COPY manage.py ./
COPY patients patients
COPY regimens regimens
COPY monitoring monitoring
COPY tracker tracker
COPY templates templates
# Settings insist on their secrets even here; these live for this one command and reach no server.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(48))')" \
    DATABASE_URL=postgresql://build.invalid/none REDIS_URL=redis://build.invalid \
    /venv/bin/python manage.py collectstatic --no-input --verbosity=0
RUN /venv/bin/python -m compileall -q patients regimens monitoring tracker

FROM python:3.13-slim
ARG SOFTWARE_REVISION=
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SOFTWARE_REVISION=$SOFTWARE_REVISION
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin myoline \
    && install --directory --owner=10001 --group=10001 /var/lib/myoline
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
USER 10001
EXPOSE 8000
CMD ["gunicorn", "tracker.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", \
     "--worker-class", "gthread", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
