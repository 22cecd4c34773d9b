FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DATA_DIR=/data STATIC_ROOT=/app/static STATIC_HASHED=1
WORKDIR /app

RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin evenhand \
    && install -d -o evenhand -g evenhand -m 0700 /data

COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt

COPY . .
# The key is thrown away with this line: no secret is in the image.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_hex(32))')" DATA_DIR=/tmp/build \
    python manage.py collectstatic --noinput && rm -rf /tmp/build

USER evenhand
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "deploy/healthcheck.py"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", "0.0.0.0:8000", "practice.wsgi"]
