def check(response):
    return response.code == 4008
