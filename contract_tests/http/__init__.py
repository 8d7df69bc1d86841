"""HTTP as the suite needs it: clients without cookies, proxies, bodies of bounded size."""
